package suggest

import (
	"math"
	"slices"

	"labelup/internal/elementary"
	"labelup/internal/label"
	"labelup/internal/twin"
	"labelup/internal/words"
)

// labelled is a label that pages or people know, and all that is known of it
// before a page is looked at.
type labelled struct {
	name      string     // as it is spelled where it is in use
	form      *twin.Form // of name, once it was needed
	names     []spelling // its name and its synonyms; nil if they were not spelled
	pages     []int32    // the neighbours that have it, in order
	uses      int        // on how many pages it is, as far as was told
	centroid  float64    // length of the sum of its pages' vectors
	look      look
	spelledIn words.Language
	listed    bool // is in the vocabulary
	retired   bool
}

// Space is what the neighbours, the vocabulary and the labels in use teach: once
// learned, it suggests for any number of pages. It is not safe for concurrent use.
type Space struct {
	*reading
	given     *Input // of what was asked, only the page's ID means something
	weights   *Weights
	style     style
	language  words.Language // of most of the neighbours, and of the names that are spelled
	texts     []text         // of the neighbours, weights are tf-idf of length 1
	own       []float64      // of each text: the square of the length that it shares with no other
	from      []int          // index of each text in Input.Neighbours
	labelsOf  [][]int32      // of each neighbour
	labels    []labelled     // all candidates
	begins    []rune         // of each label: with which its twins begin, see twin.Begin
	byName    numbering      // of each label
	idf       []float32      // by term; 0 for terms no neighbour has
	pagesWith []int32        // by term: how many neighbours have it
	withText  int            // neighbours of which more than the title is known
	synonymOf map[string]string
	synonyms  map[string][]string // of each label
	groupOf   map[string]string   // of each label
	kernel    []float32           // likeness of the texts to each other; nil where it was not worth working out
	certainty *Certainty
	spelled   []int32 // labels that were spelled for a page
}

// space is a Space with a page to suggest labels for. What needs the page is a method
// of space, the rest is one of Space.
type space struct {
	*Space
	in       *Input
	language words.Language // of the page
	itself   int32          // which of the texts is the page's own, -1 if none
	looks    int            // of mostUsedTwin
	forms    int            // that it made
	inUse    int            // labels that there are beside those of the page alone
	bare     string         // the page's text, once a spelling was looked for in it
	places   map[string]treePlace
}

// minText is how many words make a neighbour more than a title.
const minText = 30

// newSpace is a space that knows nothing yet.
func newSpace(known *Input, language words.Language) *Space {
	expectedLabels := len(known.Vocabulary) + len(known.InUse) + len(known.Neighbours)
	s := &Space{
		reading: newReading(), given: known, language: language,
		byName:    newNumbering(len(known.Vocabulary) + len(known.InUse)),
		labels:    make([]labelled, 0, expectedLabels),
		begins:    make([]rune, 0, expectedLabels),
		synonymOf: map[string]string{}, synonyms: map[string][]string{}, groupOf: map[string]string{},
	}
	expected := 0
	for i := range known.Neighbours {
		if t := known.Neighbours[i].Terms; t != nil {
			expected += len(t.terms) / 4
		}
	}
	s.expect(expected)
	return s
}

// learn reads what is known.
func (s *Space) learn() {
	in := s.given
	for i := range in.Vocabulary {
		t := &in.Vocabulary[i]
		if t.Label == "" {
			continue
		}
		if len(t.Synonyms) > 0 {
			s.synonyms[t.Label] = append(s.synonyms[t.Label], t.Synonyms...)
		}
		if t.Group != "" {
			s.groupOf[t.Label] = t.Group
		}
		for _, synonym := range t.Synonyms {
			s.standsFor(synonym, t.Label)
			if name, err := label.Parse(synonym); err == nil { // people type New hires, pages have new-hires
				s.standsFor(string(name), t.Label)
			}
		}
	}
	for i := range in.Vocabulary { // a label of its own is no synonym
		delete(s.synonymOf, in.Vocabulary[i].Label)
	}
	s.readNeighbours()
	for i := range in.Vocabulary {
		t := &in.Vocabulary[i]
		if t.Label == "" {
			continue
		}
		l := s.label(t.Label)
		l.listed, l.retired = true, l.retired || t.Retired
	}
	for _, c := range in.InUse {
		if c.Label != "" && c.Pages > 0 {
			l := s.label(c.Label)
			l.uses = max(l.uses, c.Pages)
		}
	}
	s.style = s.learnStyle()
}

// standsFor notes a synonym of a label, if it is not one of another.
func (s *Space) standsFor(synonym, label string) {
	if _, taken := s.synonymOf[synonym]; !taken && synonym != label {
		s.synonymOf[synonym] = label
	}
}

// label returns a label by its name, new if it was not known. A synonym is the
// label it stands for.
func (s *Space) label(name string) *labelled {
	return &s.labels[s.number(name)]
}

func (s *Space) number(name string) int32 {
	name = s.preferred(name)
	for key := stemKey(name); ; key++ { // two names may have one key
		n, isNew := s.byName.number(key)
		if isNew {
			s.labels = append(s.labels, labelled{name: name, look: lookAt(name)})
			s.begins = append(s.begins, twin.Begin(name))
		}
		if s.labels[n].name == name {
			return int32(n) //nolint:gosec // a request holds some thousands
		}
	}
}

// numbered is the number of a label by its name or a synonym, and whether there is one.
func (s *Space) numbered(name string) (int32, bool) {
	name = s.preferred(name)
	for key := stemKey(name); ; key++ {
		n, ok := s.byName.find(key)
		if !ok || s.labels[n].name == name {
			return int32(n), ok //nolint:gosec // a request holds some thousands
		}
	}
}

// preferred is the label that a name is a synonym of, or the name.
func (s *Space) preferred(name string) string {
	if label, ok := s.synonymOf[name]; ok {
		return label
	}
	return name
}

func (s *Space) readNeighbours() {
	s.reader.Limit(mostDifferent)
	for i := range s.given.Neighbours {
		n := &s.given.Neighbours[i]
		if n.ID != "" && n.ID == s.given.Page.ID {
			// The page is no neighbour of itself, but its labels are in use.
			for _, name := range n.Labels {
				if name != "" {
					s.number(name)
				}
			}
			continue
		}
		if len(n.Labels) == 0 {
			continue
		}
		at := int32(len(s.texts)) //nolint:gosec // a request holds some hundreds
		var labels []int32
		for _, name := range n.Labels {
			if name == "" {
				continue
			}
			if len(labels) == mostLabelsOfPage {
				s.leftOut = true
				break
			}
			if l := s.number(name); !slices.Contains(labels, l) {
				labels = append(labels, l)
				s.labels[l].pages = append(s.labels[l].pages, at)
				s.labels[l].uses++
			}
		}
		var read text
		switch {
		case n.Terms != nil:
			read = s.readBefore(n.Terms)
		case len(n.Counts) > 0:
			read = s.counted(n.Title, n.Counts)
		default:
			read = s.neighbour(&n.Page, languageOf(&n.Page, s.language))
		}
		if read.words >= minText {
			s.withText++
		}
		s.texts = append(s.texts, read)
		s.from = append(s.from, i)
		s.labelsOf = append(s.labelsOf, labels)
	}
	s.weigh()
	s.measureCentroids()
}

// languageOf is the language of a page, or another where it has too little text
// to tell.
func languageOf(p *Page, other words.Language) words.Language {
	for i := range p.Body.Blocks {
		if block := p.Body.Blocks[i].Text; len(block) >= 80 {
			if language := words.Detect(block[:min(len(block), 400)]); language != words.Unknown {
				return language
			}
			break
		}
	}
	return other
}

// weigh turns counts into tf-idf vectors of length 1.
func (s *Space) weigh() {
	s.pagesWith = make([]int32, s.terms())
	pages := s.pagesWith
	for i := range s.texts {
		for _, t := range s.texts[i].terms {
			pages[t.id]++
		}
	}
	with := make([]float32, len(s.texts)+1) // by number of neighbours, which many terms have alike
	for n := 1; n < len(with); n++ {
		with[n] = float32(elementary.Log((float64(len(s.texts)) + 1) / (float64(n) + 0.5)))
	}
	s.idf = make([]float32, len(pages))
	for id, n := range pages {
		s.idf[id] = with[n]
	}
	s.own = make([]float64, len(s.texts))
	var rest []term
	for i := range s.texts {
		t := &s.texts[i]
		if t.length = vectorise(t.terms, s.idf); t.length == 0 {
			continue
		}
		// The terms that other neighbours have too come first; both parts keep
		// their order.
		rest = rest[:0]
		own := float32(0)
		for _, term := range t.terms {
			if pages[term.id] > 1 {
				t.terms[t.shared] = term
				t.shared++
			} else {
				rest = append(rest, term)
				own += float32(term.weight * term.weight)
			}
		}
		copy(t.terms[t.shared:], rest)
		s.own[i] = float64(own)
	}
}

// evenedTo holds ln(1 + n/10) for the counts that occur: each place weighs a
// number of tenths.
var evenedTo = func() (table [1000]float32) {
	for n := range table {
		table[n] = float32(elementary.Log1p(float64(n) / 10))
	}
	return table
}()

// evened makes the tenth occurrence of a word count less than the first.
func evened(count float32) float32 {
	if n := int(float32(count*10) + 0.5); n < len(evenedTo) {
		return evenedTo[n]
	}
	return float32(elementary.Log1p(float64(count)))
}

// vectorise gives terms their tf-idf, scaled to length 1, and returns the
// length they had.
func vectorise(terms []term, idf []float32) float64 {
	sum := 0.0
	for i := range terms {
		t := &terms[i]
		if int(t.id) < len(idf) && idf[t.id] > 0 {
			t.weight = float32(evened(t.weight) * idf[t.id])
		} else {
			t.weight = 0
		}
		sum += float64(float64(t.weight) * float64(t.weight))
	}
	if sum == 0 {
		return 0
	}
	length := math.Sqrt(sum)
	scale := float32(1 / length)
	for i := range terms {
		terms[i].weight = float32(terms[i].weight * scale)
	}
	return length
}

// measureCentroids finds the length of the sum of the vectors of each label's
// pages.
func (s *Space) measureCentroids() {
	sum := make([]float32, s.terms())
	for i := range s.labels {
		l := &s.labels[i]
		if len(l.pages) == 1 {
			l.centroid = 1
			continue
		}
		square := 0.0
		for _, p := range l.pages {
			t := &s.texts[p]
			square += s.own[p] // no other page adds to these
			grown := float32(0)
			for _, t := range t.terms[:t.shared] {
				before := sum[t.id]
				sum[t.id] = before + t.weight
				grown += float32(t.weight * (float32(2*before) + t.weight))
			}
			square += float64(grown)
		}
		for _, p := range l.pages {
			t := &s.texts[p]
			for _, t := range t.terms[:t.shared] {
				sum[t.id] = 0
			}
		}
		l.centroid = math.Sqrt(square)
	}
}
