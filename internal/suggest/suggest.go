// Package suggest works out which labels fit a page, each with the reasons for
// it, from what the person may read: the page, pages like it and their labels,
// its place in the tree, the space's vocabulary. It is pure: no I/O, no clock,
// nothing kept from one call to the next, the same input always gives the same
// answer. It must not know HTTP, Confluence or who is asking, and nothing it
// returns or panics with may be logged, because all of it is customer data.
//
// Source: the methods weighed in docs/suggestions.md; the weights in weights.go
// were fitted by the command named there.
package suggest

import "labelup/internal/pagetext"

// Engine names the version of the method and its weights. It changes whenever
// the same input could give another answer.
const Engine = "1"

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
	Terms *Terms // what it is about, where it was read before; then Body and Title are not read
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
	Description string
	Retired     bool // known, and not to be suggested
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
}

// Kind says what a reason is about. The set is closed: the browser has a
// sentence for each.
type Kind string

const (
	InTitle   Kind = "title"    // Text is in the title
	InHeading Kind = "heading"  // Text is in the heading Where
	InText    Kind = "text"     // Text is on the page Count times
	Synonym   Kind = "synonym"  // Text is on the page and a synonym of the label
	Similar   Kind = "similar"  // Count of the Of most similar pages have the label; Pages names some
	Profile   Kind = "profile"  // pages with the label are about Words, as this one is
	Parent    Kind = "parent"   // the page above has it
	Siblings  Kind = "siblings" // Count of Of pages beside this one have it
	Phrase    Kind = "phrase"   // Text stands out on the page, Count times; the label is new
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
	Nothing     Nothing  // why Suggestions is empty; "" if it is not
	Language    string   // of the page, as a BCP 47 tag; "" if not known
	Search      []string // words of the page that find pages like it, the best first, as written there
}
