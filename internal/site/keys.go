package site

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"labelup/internal/datamap"
)

// Stores is everything that is kept in Redis.
var Stores = []datamap.Store{siteStore, tokenStore, markStore}

// Name is what a site is called in Redis, in backups and in the log (there by
// its first 12 characters): 64 hex digits. It is a hash, because a client key
// may hold any byte, braces included, and so that neither a key listing nor an
// invalidation message names a customer.
func Name(clientKey string) string {
	sum := sha256.Sum256([]byte(clientKey))
	return hex.EncodeToString(sum[:])
}

// isName reports whether a text has the form of a Name, and so may become part
// of a key.
func isName(text string) bool {
	return len(text) == 2*sha256.Size && strings.Trim(text, "0123456789abcdef") == ""
}

// siteKey holds the record. The braces put all keys of a site into one slot of
// a Redis Cluster, so that one transaction can write them.
func siteKey(name string) string { return "labelup:{" + name + "}:site" }

// tokenKey holds the hash of the body a lifecycle token came with, as hex,
// until the token expires.
func tokenKey(name string, token [32]byte) string {
	return "labelup:{" + name + "}:token:" + hex.EncodeToString(token[:])
}

// erasedKey holds when the site was erased or uninstalled, as RFC 3339: its mark.
func erasedKey(name string) string { return "labelup:{" + name + "}:erased" }

var tokenStore = datamap.Named([]string{"site", "token", "body"}, datamap.Store{
	Name:       "Used lifecycle tokens",
	On:         datamap.On{datamap.Connect},
	Place:      "Redis, labelup:{<site>}:token:<token>",
	Kept:       "until the token expires: some minutes, 61 at most",
	Protection: "hashes only: SHA-256 in hex",
	Fields: []datamap.Field{
		{Name: "site", Origin: "the client key of Atlassian's lifecycle call, hashed", Purpose: "whose token it was"},
		{Name: "token", Origin: "Atlassian's lifecycle call, hashed", Purpose: "recognises the token if it comes again"},
		{Name: "body", Origin: "Atlassian's lifecycle call, hashed", Purpose: "refuses the token if it comes again with another body"},
	},
})

var markStore = datamap.Named([]string{"site", "erasedAt"}, datamap.Store{
	Name:       "Erased and uninstalled sites",
	On:         datamap.On{datamap.Connect},
	Place:      "Redis, labelup:{<site>}:erased",
	Kept:       "a day longer than any backup from before: " + datamap.BackupDays + " days and one more; after an uninstall, a day longer than that and than the site's record",
	Protection: "the site by its hash only: SHA-256 in hex",
	Fields: []datamap.Field{
		{Name: "site", Origin: "the client key of Atlassian's lifecycle call, hashed", Purpose: "which site was erased or uninstalled"},
		{Name: "erasedAt", Origin: "the app's clock, or Atlassian's uninstall call", Purpose: "keeps a backup from bringing back a record from before"},
	},
})

// erasedAt reads the mark of a site, zero if there is none. One that cannot
// be read counts as of now: then nothing older is imported for the site.
func erasedAt(mark value, now time.Time) time.Time {
	if !mark.found {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, mark.text)
	if err != nil {
		return now
	}
	return at
}
