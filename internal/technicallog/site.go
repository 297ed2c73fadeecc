package technicallog

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// siteDigits is how much of a site's hash the log shows.
const siteDigits = 12

// SiteHash is how a site appears in the log: the first 12 hex digits of the
// SHA-256 of what its host names it by. Support computes the same.
func SiteHash(id string) string {
	if id == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:siteDigits/2])
}

// ShortHash is how a site appears in the log, from a hash that may be whole.
func ShortHash(hash string) string { return hash[:min(siteDigits, len(hash))] }

// ParseHash reads a site's hash as somebody copied it: what the log shows of it,
// more of it, or all of it. It returns it in lower case.
func ParseHash(text string) (hash string, ok bool) {
	hash = strings.ToLower(text)
	return hash, len(text) >= siteDigits && len(text) <= 2*sha256.Size && strings.Trim(hash, "0123456789abcdef") == ""
}
