package datamap

// InConfluence is what the app keeps inside the customer's own Confluence.
// The site's permissions, backups and export hold for it, and it goes when the
// page or the space goes. It is written by the person who clicks, with their
// rights; see static/src and docs/vocabulary.md.
var InConfluence = []Store{
	Named([]string{"label"}, Store{
		Name:  "Labels",
		Place: "the own labels of the page or attachment", Kept: "until somebody removes them; they belong to the page, not to the app",
		Protection: "the page's permissions",
		Fields: []Field{
			{Name: "label", Origin: "the person who added it", Purpose: "labelling the page"},
		},
	}),
	Named([]string{"prefix", "display"}, Store{
		Name:  "Settings of a macro",
		Place: "the page's body, as parameters of the macro", Kept: "while the macro is on the page",
		Protection: "the page's permissions",
		Fields: []Field{
			{Name: "prefix", Origin: "the author of the page", Purpose: "which labels the macro shows"},
			{Name: "display", Origin: "the author of the page", Purpose: "how it shows them"},
		},
	}),
	Named([]string{"v", "dismissed"}, Store{
		Name:  "Dismissed suggestions",
		Place: "the page's content property labelup_page", Kept: "until the property or the page is deleted; the newest 200 labels, 4 KB of them at most",
		Protection: "the page's permissions",
		Fields: []Field{
			{Name: "v", Origin: "the app", Purpose: "how it is written, and what a search finds it by"},
			{Name: "dismissed", Origin: "whoever dismissed a suggestion; it does not say who did", Purpose: "not suggesting these labels on this page again"},
		},
	}),
	Named([]string{"labels", "groups", "mode", "follows", "apart", "revision", "first", "shards", "part", "checksum"}, Store{
		Name:  "Vocabulary of a space",
		Place: "the space's properties labelup_vocabulary and labelup_vocabulary_0 onwards", Kept: "until a space admin deletes it",
		Protection: "the space's permissions: its viewers read it, its admins write it",
		Fields: []Field{
			{Name: "labels", Origin: "the space's admins", Purpose: "the labels that are meant to be used, with synonyms, descriptions, what replaces them and what they were called"},
			{Name: "groups", Origin: "the space's admins", Purpose: "what kinds of labels there are, and which of them a page needs"},
			{Name: "mode", Origin: "the space's admins", Purpose: "whether others may be used"},
			{Name: "follows", Origin: "the space's admins", Purpose: "the id of a space whose vocabulary is part of this one"},
			{Name: "apart", Origin: "the space's admins", Purpose: "labels that look alike and are not the same"},
			{Name: "revision", Origin: "the app", Purpose: "telling a vocabulary from the one before"},
			{Name: "first", Origin: "the app", Purpose: "the number of the first property that has a part of it"},
			{Name: "shards", Origin: "the app", Purpose: "how many properties have a part of it"},
			{Name: "part", Origin: "the app", Purpose: "which part a property has"},
			{Name: "checksum", Origin: "the app", Purpose: "telling whether all parts are those that were written together"},
		},
	}),
	Named([]string{"text", "message"}, Store{
		Name:  "Versions of pages whose lists were mended",
		Place: "the page and its history", Kept: "as long as Confluence keeps versions; they belong to the page, and erasing what the app wrote leaves them",
		Protection: "the page's permissions", On: On{Native, Remote},
		Fields: []Field{
			{Name: "text", Origin: "the page", Purpose: "its own text, in which the lists of pages by label name the new label"},
			{Name: "message", Origin: "the person who decided", Purpose: "saying what changed: \"Label UP:\", the old labels and the new ones, 200 characters at most"},
		},
	}),
	Named([]string{"v", "runs", "id", "began", "state", "undoes", "renames", "more", "changed", "attachments", "results", "segments", "parts", "bytes"}, Store{
		Name:  "List of the changes of a space's labels",
		Place: "the space's property labelup_runs", Kept: "until a space admin deletes it; as many of the newest as it has room for, and results of 20",
		Protection: "the space's permissions: its viewers read it, its admins write it", On: On{Native, Remote},
		Fields: []Field{
			{Name: "v", Origin: "the app", Purpose: "how it is written"},
			{Name: "runs", Origin: "the app", Purpose: "the list; of each what follows"},
			{Name: "id", Origin: "the app", Purpose: "telling one from another"},
			{Name: "began", Origin: "the clock of the person's computer", Purpose: "saying when; not who"},
			{Name: "state", Origin: "the app", Purpose: "whether it is done"},
			{Name: "undoes", Origin: "the app", Purpose: "which other one it took back"},
			{Name: "renames", Origin: "the person who decided", Purpose: "which label became which, and of how many pages where it was not all"},
			{Name: "more", Origin: "the app", Purpose: "how many of these are not listed"},
			{Name: "changed", Origin: "the app", Purpose: "how many pages it changed"},
			{Name: "attachments", Origin: "the person who decided", Purpose: "whether it changes files, too"},
			{Name: "results", Origin: "Confluence", Purpose: "how many it could not change, by the reason, and on how many it mended lists"},
			{Name: "segments", Origin: "the app", Purpose: "how many properties say what it changed"},
			{Name: "parts", Origin: "the app", Purpose: "how many properties say what was planned"},
			{Name: "bytes", Origin: "the app", Purpose: "keeping below 1 MB in a space"},
		},
	}),
	Named([]string{"v", "owner", "closed", "names", "batches", "part", "parts", "items"}, Store{
		Name:       "Changes of a space's labels",
		Place:      "the space's properties labelup_run_<id>_<number> and labelup_run_<id>_plan_<number>",
		Kept:       "of the last 5 and of the last 30 days, as far as 1 MB has room for them; then the app deletes them; those of an undo that was stopped are deleted last",
		Protection: "the space's permissions: its viewers read them, ids and labels of pages among them that they may not see; its admins write them", On: On{Native, Remote},
		Fields: []Field{
			{Name: "v", Origin: "the app", Purpose: "how it is written"},
			{Name: "owner", Origin: "the app", Purpose: "a random name of the tab that works on it, so that no other does"},
			{Name: "closed", Origin: "the app", Purpose: "whether there is another property"},
			{Name: "names", Origin: "the pages", Purpose: "labels that were added and removed"},
			{Name: "batches", Origin: "the pages", Purpose: "ids of the pages and attachments, and which labels were added and removed, or which version had its lists mended: it is gone on with and taken back by that"},
			{Name: "part", Origin: "the app", Purpose: "which part of the plan a property has"},
			{Name: "parts", Origin: "the app", Purpose: "how many there are"},
			{Name: "items", Origin: "the person who decided", Purpose: "what was planned: labels, ids of pages and attachments, and of those with lists the version; whether old names become synonyms, and which of the names the vocabulary had"},
		},
	}),
}

// PassingEnds says when what passes through memory is gone from it: Go clears
// nothing when it is given up.
const PassingEnds = "It is never stored, logged, queued or backed up. After the time that is given, nothing uses it any more; " +
	"it is gone from memory when Go's collector reuses that memory, or when the process ends."

// Counts says what is counted besides, and who may get that.
const Counts = "The service counts its requests and its calls by route, status, kind and reason: no site, page or person is in that. " +
	"Where whoever operates it has these counts collected (METRICS_ADDRESS), they keep them for as long as they like."

// Passing is data that the service holds in memory only; see PassingEnds.
type Passing struct {
	Data    string
	Purpose string
	Kept    string
	On      On // the hosts with which it does
}

// InMemory is all data of customers that passes through.
var InMemory = []Passing{
	{"Text, title and labels of a page and of pages like it, the labels around it, those that the space uses, its vocabulary and what was dismissed, sent by the reader's browser", "suggesting labels", "for the length of one request", WithService},
	{"How far each kind of evidence can be trusted in a space: nine numbers worked out from its labelled pages, without a word of them. The answer has them; the reader's tab keeps them in memory while the panel is there, and sends them with its next request", "suggesting labels without working them out again", "for the length of one request", WithService},
	{"Labels that are added, removed or shown, and what Confluence answers", "doing what was asked, and showing what Confluence then holds", "for the length of one request", WithService},
	{"The address of a frame: ids of page, space and macro, the space's key, the page's version and the macro's parameters", "showing the frame", "for the length of one request; the frame that was made of it, until its buffer is used for another", On{Connect}},
	{"The caller's IP address, of installs that are not proved yet", "sharing places fairly", "for the length of one request", On{Connect}},
	{"The end of the last request and answer of a connection, 4 KiB of each at most", "the network's buffers", "while the connection is open, 95 seconds at most after its last request", WithService},
	{"The caller's token: the site, the person's Atlassian account id, the ids of page and space", "proving who calls, from where and for what", "for the length of one request", WithService},
	{"The person's token, which Forge sends along with a change", "writing as the person", "for the length of one request", On{Remote}},
	{"Tokens to act as a person, found by a hash of the site and the account id", "not asking Atlassian for one with each click", "until shortly before they expire: some minutes, an hour at most", On{Connect}},
	{"Sites' records and their secrets, opened", "proving calls without asking Redis for each", "for seconds; keys from AWS KMS for 12 hours at most", On{Connect}},
	{"Which sites called, by client key or installation id, and how much of Confluence's limits they used; of Connect the address of the site that was served last", "keeping to these limits; telling where links lead", "until the process ends or newer ones of 4,096 sites take the place; erasing a site leaves it until then", WithService},
	{"How the last requests of a site failed, 20 at most, found by the hash that the technical log has: kind, reason, times, request id, route", "showing them to the site's admins", "until the process ends or newer ones of 4,000 sites take the place", WithService},
}
