// Package labelup is Label UP, a Confluence Cloud app for labeling pages. Start
// reading in README.md: under "The code" it says what each folder is, and how a
// label and a suggestion travel through them. This package has the descriptor.
package labelup

import _ "embed"

// Descriptor is atlassian-connect.json as committed. The service fills in its
// own base URLs before it serves it; nothing else in it changes.
//
//go:embed atlassian-connect.json
var Descriptor []byte
