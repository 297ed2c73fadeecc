// Package labelup is Label UP, a Confluence Cloud app for labeling pages.
//
// Start reading here; the folders are the architecture:
//
//	atlassian-connect.json   what Confluence is told about the app: the one source of module keys and URLs
//	cmd/labelup              what is deployed: serve, suggest, and what support and operators need
//	cmd/labelup-dev          the same service with a Redis and a local Confluence beside it: make run
//	cmd/engine               internal/suggest/answer as WebAssembly, for the Forge app
//	cmd/quality              measures how good suggestions are and fits their weights; not shipped
//	connect, forge           the protocols of Atlassian Connect and of Forge Remote, each usable as a library on its own
//	forge/native, remote     the Forge app: its two manifests and the function for exports
//	handlers                 the routes, who may call each one on which host, and how an error becomes an answer
//	macros                   what a macro shows: the page in the iframe, and storage format for export and mail
//	static                   the browser side: TypeScript sources, strings, the built bundle
//	internal/label           what a label is and what a change does to a page's labels (pure)
//	internal/suggest         which labels fit a page, each with the reasons for it (pure); answer is POST /api/suggest
//	internal/twin            which names are two spellings of one label (pure)
//	internal/words, pagetext, keyphrase
//	                         what suggestions are made of: words by their stems, text with its structure, phrases (pure)
//	internal/elementary, order
//	                         logarithms that are the same on every processor; one sort for all types
//	internal/confluence      the REST calls the app makes; outbound logs those to Atlassian's other servers
//	internal/service         puts the service together from its settings
//	internal/config, fault   the settings; what can go wrong, in kinds and reasons
//	internal/site            the installed sites, in Redis; internal/seal protects their secrets
//	internal/backup, aws     backups of the sites; KMS, S3 and CloudWatch Logs
//	internal/datamap         what is kept where, why and how long, declared by whoever keeps it
//	internal/technicallog    the log, which cannot hold customer data; metrics and lasterrors count its lines
//	internal/logreader, runbook, doctor, terminal
//	                         for support: the log as a timeline, what to do about an error, what is wrong; safe output
//	internal/localconfluence, childredis, pagefile
//	                         to develop and test against: a Confluence, a Redis, files of pages
//
// A label travels like this: static's panel calls /api/labels of its host. On
// Connect that is the service, with the token Confluence signed for the page;
// handlers has connect verify it and find the site in internal/site;
// internal/label normalises the change; internal/confluence writes it as the user
// and reads it back; the panel shows what Confluence now holds. On Forge native
// static/src/hosts/labels.ts does this in the tab, by the same cases.
//
// A suggestion travels like this: the panel reads the page and pages like it as
// the viewer and hands them to /api/suggest; internal/suggest judges every label
// they have, in the service or in the tab; the panel shows the best with their
// reasons. Nothing of it is kept, anywhere.
package labelup

import _ "embed"

// Descriptor is atlassian-connect.json as committed. The service fills in its
// own base URLs before it serves it; nothing else in it changes.
//
//go:embed atlassian-connect.json
var Descriptor []byte
