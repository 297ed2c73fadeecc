package words

import (
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
)

// Reader turns texts into words with one numbering of stems for all of them, so
// that texts can be compared. Make one for each request: it grows with what it
// reads. It is not safe for concurrent use.
type Reader struct {
	ids    map[string]ID
	texts  []string
	known  [languages]map[string]entry
	env    *snowballstem.Env
	lower  []byte // the word being read, in lower case
	bounds []int  // of the characters of a run without spaces
	room   int    // how many more words may be learned
	missed int    // how often there was no room for a word
	marked bool   // what is learned is noted in since
	mark   int    // how many texts there were at the mark
	since  []learned
}

// learned is a word that was learned since the mark.
type learned struct {
	language Language
	word     string
}

// entry is what is known of a word in one language.
type entry struct {
	stem, folded ID
	stop         bool
	abbreviation uint8    // what a dot after it means
	cut          uint8    // how many syllables are fastened to its end, in Korean
	fastened     fastened // and which
}

// ordinaryPage is how many different words and stems a page of 1,000 words has:
// room made at once is cheaper than room made in ten steps.
const ordinaryPage = 1000

// NewReader returns a reader that has read nothing.
func NewReader() *Reader {
	return &Reader{ids: make(map[string]ID, ordinaryPage), texts: make([]string, 0, ordinaryPage), env: snowballstem.NewEnv(""), room: math.MaxInt}
}

// Limit lets the reader learn so many more words and no others: those are what
// costs time and memory. The same word in two languages is two. Read passes over
// what it may not learn, as if punctuation stood there, and Missed counts it.
func (r *Reader) Limit(words int) { r.room = max(words, 0) }

// Mark remembers what the reader knows, for Forget.
func (r *Reader) Mark() { r.marked, r.mark, r.since = true, len(r.texts), r.since[:0] }

// Forget forgets all that was learned since the mark: an ID given since then
// means nothing any more. The mark stays. Limit's room is not given back.
func (r *Reader) Forget() {
	for _, text := range r.texts[r.mark:] {
		delete(r.ids, text)
	}
	clear(r.texts[r.mark:])
	r.texts = r.texts[:r.mark]
	for _, l := range r.since {
		delete(r.known[l.language], l.word)
	}
	clear(r.since)
	r.since = r.since[:0]
}

// Missed is how often a word was passed over so far.
func (r *Reader) Missed() int { return r.missed }

// Len is how many stems and words have been numbered: every ID is below it.
func (r *Reader) Len() int { return len(r.texts) }

// Text is the stem, or the word in lower case, that an ID stands for.
func (r *Reader) Text(id ID) string { return r.texts[id] }

// Find returns the ID of a stem or of a word in lower case, and None if nothing
// of the kind was read.
func (r *Reader) Find(text string) ID {
	if id, ok := r.ids[text]; ok {
		return id
	}
	return None
}

// Read appends the words of text, which is in this language, to words.
// Its cost is linear in the length of the text.
//
// What is one word:
//   - letters, digits and marks that touch: GitHub, 18F, naïve.
//   - a number with its dots and commas: 3.5, 1,000, v2.1.
//   - an abbreviation with its dots: U.S., e.g. It is the same word without
//     them (F.O.I.A. and FOIA), unless that is a stop word (U.S. and us).
//   - a negation: don't is dont, and a stop word.
//   - e-mail, e-commerce and the like, which are the same as email, ecommerce.
//   - C++, C#, F# and their kin, with the sign.
//   - a run of Katakana, because it is a loan word.
//
// What is several, each but the first being Joined: open-source, open_source,
// and/or, cloud.gov, node.js, R&D, user's, l'école. ".NET" is "net". They have
// the same IDs as with a space between. A run of Chinese, of Japanese other than
// Katakana, of Thai, Lao, Khmer or Burmese is as many words as it has overlapping
// pairs (or threes) of characters. A Korean word ends before its particle or
// the ending that makes a verb of it.
func (r *Reader) Read(text string, language Language, words []Word) []Word {
	if language >= languages {
		language = Unknown
	}
	known := r.known[language]
	if known == nil {
		known = make(map[string]entry, ordinaryPage/2)
		r.known[language] = known
	}
	var (
		first   = true    // no word was read yet
		end     = 0       // of the word before
		before  = entry{} // the word before
		letter  = byte(0) // its last byte, in lower case
		dotted  = false   // it is an abbreviation with its dots
		between gap       // what stands before this word
		closes  = false   // a particle ends the phrase of the word before
	)
	for start := 0; ; {
		start = nextWord(text, start)
		if start == len(text) {
			return words
		}
		switch {
		case first:
			between = gap{brk: true, sentence: true}
		case start == end+1 && text[end] == ' ':
			between = gap{doubtful: dotted}
		default:
			between = readGap(text, end, start, previous{
				abbreviation: before.abbreviation, s: letter == 's' || letter == 'x' || letter == 'z', dotted: dotted,
				sentence: words[len(words)-1].Flags&Break != 0, remnant: between.remnant,
			}, language)
		}
		first = false
		if closes {
			between.brk, between.joined, closes = true, false, false
		}

		if text[start] >= utf8.RuneSelf {
			if c, _ := utf8.DecodeRuneInString(text[start:]); scriptOf(c) != spaced {
				from := len(words)
				words, end, closes = r.readRun(text, start, language, known, words)
				if len(words) > from {
					words[from].Flags |= between.flags()
				} else {
					first = true
				}
				start, before, dotted, letter = end, entry{}, false, 0
				continue
			}
		}

		var how written
		end, how = r.scan(text, start, language)
		e, ok := known[string(r.lower)]
		if !ok {
			if !r.mayLearn() {
				start, first = end, true
				continue
			}
			lower := string(r.lower)
			e = r.learn(lower, language)
			r.remember(language, known, lower, e)
		}
		letter, dotted = r.lower[len(r.lower)-1], how.dotted

		w := Word{ID: e.stem, Folded: e.folded, Start: uint32(start), End: uint32(end)} //nolint:gosec // a text has not 4 GB
		if between.doubtful && how.upper > 0 && e.stop {
			between.brk, between.sentence = true, true
		}
		w.Flags = between.flags()
		if e.stop && (how.upper < 2 || !isAcronymToo(text, start, end, r.lower)) || between.remnant || isElision(text, end, r.lower) ||
			between.apostrophe && (isRemnant(r.lower) || language == Turkish && how.upper == 0) { // Jira'nın
			w.Flags |= Stop
		}
		if how.upper > 0 {
			if how.upper > 1 && (how.upper == how.letters || how.plural && how.upper == how.letters-1) {
				w.Flags |= Acronym
			}
			if !between.sentence && isUpper(text[start:]) {
				w.Flags |= Capital
			}
		}
		if r.lower[0] <= '9' && r.lower[0] >= '0' || r.lower[0] >= utf8.RuneSelf && isDigit(text[start:]) {
			w.Flags |= Number
		}
		words = append(words, w)
		start, before = end, e
	}
}

func isUpper(text string) bool {
	if text[0] < utf8.RuneSelf {
		return text[0] >= 'A' && text[0] <= 'Z'
	}
	c, _ := utf8.DecodeRuneInString(text)
	return isUpperRune(c)
}

func isUpperRune(c rune) bool { return unicode.IsUpper(c) || unicode.IsTitle(c) }

func isDigit(text string) bool {
	c, _ := utf8.DecodeRuneInString(text)
	return unicode.IsDigit(c)
}

// isElision says whether a word is one that loses its end before a vowel, with
// the apostrophe that says so: the l of l'école, the dell of dell'anno.
func isElision(text string, end int, lower []byte) bool {
	if end+1 >= len(text) || len(lower) > 8 || text[end] != '\'' && text[end] != 0xe2 {
		return false
	}
	c, size := utf8.DecodeRuneInString(text[end:])
	return isApostrophe(c) && startsWord(text[end+size:]) && elisions[string(lower)]
}

// isAcronymToo says whether a stop word is written as the acronym that looks like
// it, IT or US or AI, in a text that is not in capitals there.
func isAcronymToo(text string, start, end int, lower []byte) bool {
	const around = 40
	return acronymsToo[string(lower)] && end-start == len(lower) &&
		(hasLower(text[max(0, start-around):start]) || hasLower(text[end:min(len(text), end+around)]))
}

func hasLower(text string) bool {
	for i := range len(text) {
		if text[i] >= 'a' && text[i] <= 'z' {
			return true
		}
	}
	return false
}

// isRemnant says whether a word is what is left of one after an apostrophe: the
// s of user's, the re of we're.
func isRemnant(lower []byte) bool { return len(lower) <= 2 && remnants[string(lower)] }

// mayLearn reports whether there is room for one more word, and takes it.
func (r *Reader) mayLearn() bool {
	if r.room == 0 {
		r.missed++
		return false
	}
	r.room--
	return true
}

// learn numbers a word that is new in a language.
func (r *Reader) learn(lower string, language Language) entry {
	e := entry{stop: isStop(lower, language), abbreviation: abbreviationOf(lower)}
	text := normalise(lower, language)
	if !e.stop && text != lower {
		e.stop = isStop(text, language)
	}
	e.folded = r.number(text)
	e.stem = r.number(r.stem(text, language))
	return e
}

func (r *Reader) remember(language Language, known map[string]entry, word string, e entry) {
	known[word] = e
	if r.marked {
		r.since = append(r.since, learned{language, word})
	}
}

func (r *Reader) number(text string) ID {
	id, ok := r.ids[text]
	if !ok {
		id = ID(len(r.texts)) //nolint:gosec // nor so many words
		r.ids[text] = id
		r.texts = append(r.texts, text)
	}
	return id
}
