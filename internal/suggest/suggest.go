// Package suggest works out which labels fit a page, each with the reasons for
// it, from what the person may read: the page, pages like it and their labels,
// its place in the tree, the space's vocabulary. It is pure: no I/O, no clock, the
// same input always gives the same answer. Nothing is kept from one call to the next
// but in a Space: what its pages taught, and nothing of those that were asked
// about. It must not know HTTP, Confluence or who is asking, and nothing it
// returns or panics with may be logged, because all of it is customer data.
//
// Source: the methods weighed in docs/suggestions.md; the weights in weights.go
// were fitted by the command named there.
package suggest

import (
	"math"
	"strings"

	"labelup/internal/pagetext"
	"labelup/internal/words"
)

// Engine names the version of the method and its weights. It changes whenever
// the same input could give another answer.
const Engine = "9"

// Page is a page as the person sees it.
type Page struct {
	ID     string
	Title  string
	Body   pagetext.Text
	Labels []string // what it has; empty for a page whose labels are to be found
}

// Neighbour is another page that has labels. Pages without labels teach nothing
// and are passed over.
type Neighbour struct {
	Page
	Terms  *Terms         // what it is about, where it was read before; then Body and Title are not read
	Counts map[string]int // how often it has which words, where its text is not at hand: those it has most often are read in place of Body; two with a space between them are a pair
}

// Count is a label and on how many pages it is.
type Count struct {
	Label string
	Pages int
}

// Tree is what surrounds the page in its space.
type Tree struct {
	Parent   []string // labels of the page above
	Siblings []Count  // labels of the pages below the same parent
	Of       int      // how many such pages there are, those without labels included
}

// Term is an entry of a vocabulary that people keep.
type Term struct {
	Label       string
	Synonyms    []string
	Description string // what the label is for
	Group       string // what it belongs to, such as "products"
	Retired     bool   // known, and not to be suggested
}

// Input is what suggestions are made from. Any part of it may be missing; each
// missing part costs quality and is never an error.
type Input struct {
	Page       Page
	Neighbours []Neighbour
	Tree       Tree
	Vocabulary []Term
	InUse      []Count // labels of the space with their number of pages, beyond those of the neighbours
	Dismissed  []string
	OnlyListed bool // suggest nothing that is not in Vocabulary
	Limit      int  // how many at most; 0 means 5
	Unlikely   bool // suggest also what is too unlikely to be shown to a person

	// Certainty is of an earlier answer from the same space; nil asks its pages anew.
	Certainty *Certainty
}

// Kind says what a reason is about. The set is closed: the browser has a
// sentence for each.
type Kind string

const (
	InTitle   Kind = "title"    // Text is in the title
	InHeading Kind = "heading"  // Text is in the heading Where
	InText    Kind = "text"     // Text is on the page Count times
	Synonym   Kind = "synonym"  // Text is on the page Count times and a synonym of the label
	Similar   Kind = "similar"  // Count of the Of most similar pages have the label; Pages names some
	Profile   Kind = "profile"  // pages with the label are about Words, as this one is
	Parent    Kind = "parent"   // the page above has it
	Siblings  Kind = "siblings" // Count of Of pages beside this one have it
	Phrase    Kind = "phrase"   // Text stands out on the page, Count times; the label is new

	Description Kind = "description" // Words are on the page, and the label's description has them in some form
)

// Reason is why a label was suggested. What it says is true of the input, to the
// letter: Text is on the page as written here.
type Reason struct {
	Kind  Kind
	Text  string
	Where string
	Count int
	Of    int
	Words []string
	Pages []Reference
}

// Reference is one of the neighbours.
type Reference struct{ ID, Title string }

// Suggestion is a label that fits the page.
type Suggestion struct {
	Label   string   // as it is spelled where it is in use; a new one in the shape of the others
	Score   float64  // how likely it is right, 0 to 1, as measured on pages people labelled
	Ticked  bool     // sure enough to be applied unless the person says no
	New     bool     // no page has it yet
	Guess   bool     // too unlikely to be shown but that nothing better is known; never ticked
	Reasons []Reason // the strongest first, at least one
}

// Removal is a label of the page that nothing supports.
type Removal struct {
	Label string
	Score float64 // how likely it is wrong, 0 to 1
}

// Nothing says why there is no suggestion.
type Nothing string

const (
	TooShort   Nothing = "too_short"   // fewer than 40 words
	NoLanguage Nothing = "no_language" // in no language whose words it knows
	AllApplied Nothing = "all_applied" // what fits is on the page already
	NoneFits   Nothing = "none_fits"   // there are labels, and none is likely enough
)

// Answer is what Suggest found.
type Answer struct {
	Suggestions []Suggestion // the best first
	Removals    []Removal
	Nothing     Nothing    // why Suggestions is empty; "" if it is not
	Search      []string   // words of the page that find pages like it, the best first, as written there
	Truncated   bool       // there was more than is read: bounds.go says what was left out
	Certainty   *Certainty // what the space's own pages told, nil if there were too few to ask
}

// tooShort is how many words a page needs before it can be expected to say what
// it is about.
const tooShort = 40

// Suggest works out the labels that fit a page. It does the same for the same
// input, always. It keeps nothing.
//
// Its time is linear in the words of the page and of the neighbours, and in the
// labels; docs/measurements.md has it. Whatever it is given, it
// works on no more than bounds.go says, if the texts keep to package pagetext's
// limits.
func Suggest(in Input) Answer { return fitted.Suggest(in) }

// Suggest is Suggest with other weights.
func (w *Weights) Suggest(in Input) Answer {
	s, parts, page := w.around(&in)
	s.fit(mostAsking)
	return s.answer(parts, page)
}

// around reads a page and what is known around it.
func (w *Weights) around(in *Input) (s *space, parts []part, page text) {
	language := in.language()
	learned := newSpace(in, language)
	learned.weights = w
	parts, page = learned.page(&in.Page, language) // first, so that its words are known whatever the neighbours have
	learned.learn()
	return learned.of(in, language), parts, page
}

// Learn reads what is known of a space once: the neighbours, the vocabulary and the
// labels in use. The rest of the input, the page and what is around it, means
// nothing.
func Learn(known Input) *Space { return fitted.Learn(known) }

// Learn is Learn with other weights.
func (w *Weights) Learn(known Input) *Space {
	known.Page = Page{}
	s := newSpace(&known, known.languageAround())
	s.weights = w
	s.learn()
	s.fit(mostAskingOnce)
	s.spellKnown()
	s.remember()
	return s
}

// Suggest works out the labels that fit a page, as the function does with the
// same input, in the time that the page itself takes. What is known of the space is
// what was learned: Neighbours, Vocabulary, InUse and OnlyListed mean nothing. A
// page that is one of the neighbours teaches nothing about itself.
func (s *Space) Suggest(in Input) Answer {
	var answer Answer
	s.about(&in, func(s *space, parts []part, page text) { answer = s.answer(parts, page) })
	return answer
}

// about reads a page, has it used, and forgets it.
func (s *Space) about(in *Input, use func(s *space, parts []part, page text)) {
	in.OnlyListed = s.given.OnlyListed
	language := in.language()
	labels := len(s.labels)
	s.reader.Limit(math.MaxInt) // or the page has what is left of the bounds of the one before
	parts, page := s.page(&in.Page, language)
	use(s.of(in, language), parts, page)
	for _, i := range s.spelled {
		s.labels[i].names = nil
	}
	s.spelled = s.spelled[:0]
	s.byName.forget(labels)
	s.labels, s.begins = s.labels[:labels], s.begins[:labels]
	s.forget()
}

// of is the space around a page.
func (s *Space) of(in *Input, language words.Language) *space {
	page := &space{Space: s, in: in, language: language, itself: -1}
	if in.Page.ID != "" {
		for at, from := range s.from {
			if s.given.Neighbours[from].ID == in.Page.ID {
				page.itself = int32(at)
				break
			}
		}
	}
	page.readTree(&in.Tree)
	page.inUse = len(s.labels)
	return page
}

// answer judges the labels for a page that was read.
func (s *space) answer(parts []part, page text) Answer {
	x := s.index(parts, page)
	likeness := s.compare(page)
	found := s.candidates(x, &likeness)
	limit := s.in.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	answer := Answer{Suggestions: []Suggestion{}, Removals: []Removal{}}
	picked, allHeld := s.pick(found, limit)
	for i := range picked {
		c := &picked[i]
		reasons := s.reasons(x, &likeness, c)
		if len(reasons) == 0 {
			continue
		}
		score, ticked := c.score, s.isTicked(x, c)
		if c.situation == ByName && !ticked {
			score = math.Min(score, mostByName)
		}
		answer.Suggestions = append(answer.Suggestions, Suggestion{
			Label: s.labels[c.shown].name, Score: rounded(score), Reasons: reasons,
			Ticked: ticked, Guess: score < guessScore,
		})
		all := answer.Suggestions
		for at := len(all) - 1; at > 0 && all[at].Score > all[at-1].Score; at-- { // behind mostByName it may have more than those before
			all[at], all[at-1] = all[at-1], all[at]
		}
	}
	if !s.in.OnlyListed {
		answer.Suggestions = append(answer.Suggestions, s.newLabels(x, answer.Suggestions, limit)...)
	}
	answer.Removals = s.removals(found, page)
	answer.Truncated, answer.Certainty = s.leftOut, s.certainty
	answer.Search = s.searchWords(x)
	if len(answer.Suggestions) == 0 {
		answer.Nothing = nothing(allHeld, page, s.language)
	}
	return answer
}

func nothing(allHeld bool, page text, language words.Language) Nothing {
	switch {
	case allHeld:
		return AllApplied
	case page.words < tooShort:
		return TooShort
	case language == words.Unknown:
		return NoLanguage
	default:
		return NoneFits
	}
}

// rounded keeps a score to four digits, which is more than it is worth and the
// same on every machine.
func rounded(score float64) float64 { return math.Round(float64(score*1e4)) / 1e4 }

// languageAround is the language of most neighbours, by the text of those that
// have enough and by the titles of all.
func (in *Input) languageAround() words.Language {
	votes := map[words.Language]int{}
	most := words.Unknown
	var titles strings.Builder
	for i := range in.Neighbours {
		n := &in.Neighbours[i]
		if l := languageOf(&n.Page, words.Unknown); l != words.Unknown {
			if votes[l]++; votes[l] > votes[most] {
				most = l
			}
		}
		if titles.Len() < mostSample {
			titles.WriteString(n.Title)
			titles.WriteString("\n")
		}
	}
	if most == words.Unknown {
		most = words.Detect(titles.String())
	}
	return most
}

// mostSample is how many bytes of a text tell its language.
const mostSample = 4000

// language is the language of the page.
func (in *Input) language() words.Language { return words.Detect(in.sample()) }

// sample is the beginning of the page, without what is in no language or
// somebody else's.
func (in *Input) sample() string {
	var sample strings.Builder
	sample.WriteString(in.Page.Title)
	for i := range in.Page.Body.Blocks {
		b := &in.Page.Body.Blocks[i]
		if b.Kind == pagetext.Code || b.Kind == pagetext.Quote {
			continue
		}
		sample.WriteString("\n")
		sample.WriteString(b.Text)
		if sample.Len() > mostSample {
			break
		}
	}
	return sample.String()
}
