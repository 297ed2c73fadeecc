// Package words splits text into words and says which of them are the same word
// in another form: folded case and accents, stems, particles taken off, pairs of
// characters where a script writes no spaces. It also says which language a text
// is in, and a Marker which words of a page are none of its language: parts of
// addresses, code, dates and numbers, and names of people. It is pure. It must not
// know what a label is, nor what becomes of the words.
//
// Source: Unicode's default word boundaries (UAX #29) simplified to what titles
// and pages need; Snowball's stemmers (snowballstem.org). The stop words are the
// function words of each language, written down for this package or copied from
// the lists that stopwords_kept.go names. What a Marker looks for was written down
// for this package.
package words

// ID stands for a stem. IDs count from 0 in the order in which a Reader first
// saw the stems, so they index slices. They mean nothing to another Reader.
type ID uint32

// None is no word at all.
const None = ^ID(0)

// Flags say how a word was written and where it stands.
type Flags uint16

const (
	Stop    Flags = 1 << iota // carries no meaning of its own in its language: the, und, de; or is what an apostrophe leaves over: the s of user's, the l of l'école
	Break                     // no phrase reaches from the word before to this one: punctuation or the text's begin stands between
	Capital                   // begins with an upper-case letter and does not begin a sentence
	Acronym                   // two or more letters, all upper case but for the s of a plural, such as API, U.S., APIs
	Number                    // begins with a digit
	Joined                    // a hyphen, slash, underscore, apostrophe, dot or ampersand and nothing else stands between the word before and this one, or nothing at all where the script changes and between the Grams of a run
	Gram                      // a pair of characters of Chinese or Japanese, or three of Thai, Lao, Khmer or Burmese, which may overlap its neighbours
	Verb                      // a noun that an ending makes a verb of, in Korean: the 확인 of 확인합니다, which says what the text is about and names nothing
	Opaque                    // part of an address, an identifier, a date or a person's name, as far as a Marker can tell: it is no word of the language
)

// Word is one word of a text.
type Word struct {
	ID         ID     // of its stem
	Folded     ID     // of the word as written, in lower case: tells "testing" from "tests"
	Start, End uint32 // where it is in the text, in bytes
	Flags      Flags
}
