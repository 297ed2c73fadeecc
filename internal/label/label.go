// Package label is what a label is and what a change does to the labels of a
// page. It is pure: no I/O, no clock, no state. It must not know REST, HTTP or
// who is asking; internal/confluence writes what it describes.
//
// Source: the label endpoints of Confluence Cloud's REST API, and for the
// characters a name may not have, what Confluence's own label check refuses.
// Confluence normalises less than people expect (it splits a name at spaces and
// answers 200), so a name is normalised here, once, before it goes out.
package label

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"labelup/internal/fault"
)

// Name is the name of a label without its prefix: made by Parse where it is to
// be added, as Confluence spells it everywhere else. Two names are the same
// label if and only if they are equal.
type Name string

// Prefix is the namespace of a label. Confluence may add others.
type Prefix string

const (
	Global Prefix = "global" // what people call a label; the only one the app writes
	My     Prefix = "my"     // private to one person, such as a star
	Team   Prefix = "team"   // a category of a space
)

// Label is a label that a page holds.
type Label struct {
	ID     string
	Prefix Prefix
	Name   Name
}

// maxLength is how long a name may be, in UTF-16 code units: that is what
// Confluence counts, and what the browser's String.length counts.
const maxLength = 255

// maxTyped is how much text can be made into a name, in UTF-16 code units: ample
// for 255 characters with their accents typed one by one. Of what is longer
// nothing is looked at.
const maxTyped = 4096

// forbidden is what Confluence refuses in a name, besides whitespace.
// The colon is among them, so that "team:x", "my:x" and "~user:x", which
// Confluence would take for another prefix, are refused and never written.
const forbidden = ":;,.?&[]()#^*@!<>"

// Reason says which rule a name or a change breaks. The set is closed: the
// browser has a sentence for each.
type Reason string

const (
	Empty      Reason = "label_empty"               // nothing that can be seen
	TooLong    Reason = "label_too_long"            // above maxLength
	Forbidden  Reason = "label_forbidden_character" // Character is not allowed in a label
	Invisible  Reason = "label_invisible_character" // Character cannot be seen: two labels would look alike
	NotUnicode Reason = "label_not_unicode"         // not valid UTF-8, or was not before it was decoded

	NothingAsked    Reason = "label_nothing_asked"     // neither an add nor a remove
	TooMany         Reason = "label_too_many"          // more than MaxPerChange
	AddedAndRemoved Reason = "label_added_and_removed" // the same name in both lists
)

// Error is why a name or a change is refused. It says where the name stands and
// not what it is, so it can be logged. It unwraps to a fault.
type Error struct {
	Reason    Reason
	Character rune   // of Forbidden and Invisible; else 0
	List      string // "add" or "remove"; empty from Parse
	Index     int    // in List, from 0; of TooMany how many names List has
}

func (e *Error) Error() string {
	text := string(e.Reason)
	if e.Character != 0 {
		digits := strings.ToUpper(strconv.FormatInt(int64(e.Character), 16))
		text += " U+" + strings.Repeat("0", max(0, 4-len(digits))) + digits
	}
	if e.List != "" {
		text += " at " + e.List + "[" + strconv.Itoa(e.Index) + "]"
	}
	return text
}

// Unwrap makes fault.Of see what kind of failure this is.
func (e *Error) Unwrap() error {
	if e.Reason == TooMany {
		return fault.New(fault.TooLarge, string(e.Reason))
	}
	return fault.New(fault.BadRequest, string(e.Reason))
}

// Parse makes the name of a label to add from what a person typed: canonical
// composition (NFC), lower case, nothing around it that cannot be seen, one
// hyphen for each run of whitespace. Parse of a name is that name. An error is
// an *Error.
//
// The browser does the same while a person types (static/src/name.ts);
// testdata/names.jsonl has what both must do.
func Parse(text string) (Name, error) {
	if longerThan(text, maxTyped) {
		return "", &Error{Reason: TooLong}
	}
	// The replacement character is what a JSON decoder makes of broken text;
	// nobody types it.
	if !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) {
		return "", &Error{Reason: NotUnicode}
	}
	text = string(trimUnseen([]rune(Lower(text))))
	if text == "" {
		return "", &Error{Reason: Empty}
	}
	text = strings.Join(strings.FieldsFunc(text, isSpace), "-")
	runes := []rune(text)
	for i, r := range runes {
		if isInvisible(r) && !shapes(runes, i) {
			return "", &Error{Reason: Invisible, Character: r}
		}
	}
	return checked(text)
}

// Lower is the lower case of names: Unicode's mapping without a language, as
// browsers and Java have it, in NFC. Two letters need more, because libraries
// differ or what they make of it looks like another label:
//   - A "Σ" that ends a word becomes "ς", any other one "σ".
//   - "İ" becomes "i" as in Turkish, without the second dot that looks like none.
func Lower(text string) string {
	afterI := false
	text = strings.Map(func(r rune) rune {
		if r == dot && afterI {
			return -1
		}
		r = unicode.ToLower(r)
		afterI = r == 'i'
		return r
	}, lowerSigmas(norm.NFC.String(text)))
	// The second NFC is for the marks that lower case leaves in another order.
	return norm.NFC.String(text)
}

const dot = '\u0307' // above the letter before it

func lowerSigmas(text string) string {
	if !strings.ContainsRune(text, 'Σ') {
		return text
	}
	runes := []rune(text)
	inWord := false
	for i, r := range runes {
		if r == 'Σ' {
			next := i + 1
			for next < len(runes) && unicode.IsMark(runes[next]) {
				next++
			}
			runes[i] = 'σ'
			if inWord && (next == len(runes) || !unicode.IsLetter(runes[next])) {
				runes[i] = 'ς'
			}
		}
		inWord = unicode.IsLetter(r) || inWord && unicode.IsMark(r)
	}
	return string(runes)
}

// Held takes the name of a label as Confluence spells it, to remove it. It
// changes nothing: Confluence holds names that Parse would spell otherwise
// (from before, or from another app), and only their own spelling removes them.
// It refuses what no name of Confluence can have. An error is an *Error.
func Held(text string) (Name, error) {
	if !utf8.ValidString(text) {
		return "", &Error{Reason: NotUnicode}
	}
	if text == "" {
		return "", &Error{Reason: Empty}
	}
	return checked(text)
}

// checked checks the rules that hold for every name.
func checked(text string) (Name, error) {
	for _, r := range text {
		if isSpace(r) || strings.ContainsRune(forbidden, r) {
			return "", &Error{Reason: Forbidden, Character: r}
		}
	}
	if longerThan(text, maxLength) {
		return "", &Error{Reason: TooLong}
	}
	return Name(text), nil
}

// longerThan reports whether text has more UTF-16 code units than limit. It does
// not count further than that.
func longerThan(text string, limit int) bool {
	if len(text) <= limit {
		return false // each unit takes a byte at least
	}
	units := 0
	for _, r := range text {
		if units += utf16.RuneLen(r); units > limit {
			return true
		}
	}
	return false
}

// isSpace is whitespace for Unicode or for Java, whose check Confluence uses:
// the second counts the four separators of ASCII.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// Set is the names of a page's global labels.
type Set map[Name]struct{}

// NewSet returns the set of these names.
func NewSet(names ...Name) Set {
	s := make(Set, len(names))
	for _, n := range names {
		s[n] = struct{}{}
	}
	return s
}

// GlobalOf returns the names of those labels that have the prefix global; the
// others (favourites, categories) are no business of a change.
func GlobalOf(labels []Label) Set {
	s := make(Set, len(labels))
	for _, l := range labels {
		if l.Prefix == Global {
			s[l.Name] = struct{}{}
		}
	}
	return s
}

// Has reports whether the name is in the set.
func (s Set) Has(n Name) bool {
	_, ok := s[n]
	return ok
}
