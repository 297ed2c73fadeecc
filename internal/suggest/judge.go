package suggest

import (
	"cmp"
	"strings"

	"labelup/internal/elementary"
	"labelup/internal/order"
)

// How many features a label is judged by, and which they are.
const (
	similarFeature  = iota // share of the votes of the most similar pages
	profileFeature         // likeness to the sum of the pages that have it
	patternFeature         // ridge regression, 1 for the best label of the page
	titleFeature           // share of its words in the title
	textFeature            // share of its words on the page, by rarity
	wholeFeature           // rarity of its name if the page has it whole; ByName, the logarithm of how often
	usageFeature           // logarithm of the share of pages that have it
	constantFeature        // 1
	features
)

// FeatureNames are the features in their order, for the command that fits their
// weights.
var FeatureNames = [features]string{"similar", "profile", "pattern", "title words", "text words", "whole name", "usage", "constant"}

// Weights are for each situation: what each feature counts (Of); how sharply one page
// tells that, on average, which bounds how far a space's own pages may pull it
// (Prior); and what corrects the log-odds in a space that they have never seen (Level).
type Weights struct {
	Of    [situations]Features
	Prior [situations]Curvature
	Level [situations]Line
}

// Line corrects log-odds: Slope times them, plus Intercept. The zero Line changes
// nothing.
type Line struct{ Slope, Intercept float64 }

// logOdds is how likely a label is in a situation.
func (s *Space) logOdds(f *Features, situation Situation) float64 {
	odds := f.LogOdds(s.weightsIn(situation))
	if line := &s.weights.Level[situation]; line.Slope > 0 {
		odds = float64(line.Slope*odds) + line.Intercept
	}
	return odds
}

// Features is what is known of a label for a page, as numbers.
type Features [features]float64

// Situation is how much is known around the page. Each has weights of its own:
// a vote among titles is worth less than one among whole pages, and of pages
// that were searched for, many are like the page whatever it is about.
type Situation int

const (
	ByPages  Situation = iota // neighbours have it, and the text of most of them is known
	BySearch                  // the text of some is known, those that a search for words of the page found
	ByTitles                  // little more than the titles of the neighbours is known
	ByName                    // no neighbour has it: only its name speaks for it
	situations
)

// SituationNames are the situations in their order.
var SituationNames = [situations]string{"by pages", "by search", "by titles", "by name"}

// enoughTexts is how many neighbours with text make their votes worth more than
// those of titles.
const enoughTexts = 10

// candidate is a label that may fit the page.
type candidate struct {
	label     int32 // what the evidence is for
	shown     int32 // what to suggest: the label, or the spelling of it that is in use most
	features  Features
	situation Situation
	naming    naming
	place     treePlace
	described described
	score     float64 // probability that it is right
}

func (s *Space) situationOf(pages int) Situation {
	switch {
	case pages == 0:
		return ByName
	case s.withText < enoughTexts:
		return ByTitles
	case 2*s.withText < len(s.texts):
		return BySearch
	default:
		return ByPages
	}
}

// headingCounts is how many further times a name counts that is in a heading,
// where only names speak for a label.
const headingCounts = 2

func timesByName(n *naming) float64 {
	times := n.count
	if n.heading.part >= 0 {
		times += headingCounts
	}
	return float64(times)
}

// candidates judges every label that anything speaks for.
func (s *space) candidates(x *pageIndex, k *likeness) []candidate {
	descriptions := s.readDescriptions(x)
	groups := s.groupsOnPage(x)
	s.reader.Limit(mostDifferentInNames)
	found := make([]candidate, 0, min(len(s.labels), 512))
	for _, i := range s.judged() {
		l := &s.labels[i]
		if l.retired || s.in.OnlyListed && !l.listed {
			continue
		}
		pages := l.without(s.itself)
		description := descriptions[l.name]
		if pages == 0 && s.places[l.name] == (treePlace{}) && description.logOdds == 0 && x.phrased[i] == nil && !s.mayStandOn(x, l) {
			continue
		}
		if l.spelledIn != s.language || l.names == nil {
			s.spell(l, s.language)
			s.spelled = append(s.spelled, i)
		}
		c := candidate{label: i, shown: i, naming: s.name(x, i, l), situation: s.situationOf(pages)}
		c.features = s.features(k, i, &c.naming, pages)
		c.place = s.places[l.name]
		further := 0.0
		if c.situation == ByName {
			// Where no neighbour tells which words are rare, part of a name is no
			// evidence unless most of it is in the title.
			if c.naming.count == 0 && c.naming.inTitle <= 0.5 && c.place == (treePlace{}) && description.logOdds == 0 {
				continue
			}
			c.described = description
			if groups[s.groupOf[l.name]] {
				further = groupAdds
			}
			c.features[wholeFeature] = elementary.Log1p(timesByName(&c.naming))
			c.features[textFeature], c.features[usageFeature] = 0, 0
		}
		c.score = probability(s.logOdds(&c.features, c.situation) + c.place.logOdds(s.in.Tree.Of) + c.described.logOdds + further)
		found = append(found, c)
	}
	return found
}

// judged are the labels to judge: all of them, or if that is too many those that
// are listed, then those on most pages.
func (s *space) judged() []int32 {
	all := make([]int32, len(s.labels))
	for i := range all {
		all[i] = int32(i)
	}
	if len(all) <= mostLabels {
		return all
	}
	s.leftOut = true
	order.By(all, func(a, b *int32) int {
		x, y := &s.labels[*a], &s.labels[*b]
		switch {
		case x.listed && !y.listed:
			return -1
		case y.listed && !x.listed:
			return 1
		}
		return cmp.Compare(s.uses(y), s.uses(x))
	})
	return all[:mostLabels]
}

// uses is on how many pages a label is, as far as was told.
func (s *space) uses(l *labelled) int { return max(l.uses, s.places[l.name].siblings) }

// features are what is known of a label that so many of the pages have.
func (s *Space) features(k *likeness, label int32, n *naming, pages int) Features {
	trust := s.trustOfName(&s.labels[label], pages)
	return Features{
		similarFeature: k.votes[label], profileFeature: k.profile[label], patternFeature: k.pattern[label],
		titleFeature: float64(n.inTitle * trust), textFeature: float64(n.inText * trust), wholeFeature: float64(n.whole * trust),
		usageFeature:    elementary.Log((float64(pages) + 0.5) / (float64(len(s.texts)) + 1)),
		constantFeature: 1,
	}
}

// What is shown and what is ticked.
const (
	guessScore    = 0.12 // below, seven of eight are wrong
	leastScore    = 0.02 // of the best one, or nothing is shown
	unlikelyLeast = 0.001
	tickedPages   = 6 // with fewer, a label's pages say too little of it to be sure
	defaultLimit  = 5
	mostOfAKind   = 2 // suggestions that begin with the same word

	// How many labels a page has where nobody can tell.
	usualLabels = 3
	// How many of the labels that a page has and that fit are right.
	heldRight = 0.9
	// A list is as long as if a page had so many times the labels that pages here
	// have: what is missing from a list is missed more than what is too much in it.
	generous = 1.3
)

// tickedScore is the score from which a label is ticked. On later pages of the four
// collections of docs/suggestions.md nearly nine of ten ticks are right by pages and by
// search, and four of five by titles and by name; the bounds were chosen on them, too.
var tickedScore = [situations]float64{ByPages: 0.8, BySearch: 0.8, ByTitles: 0.75, ByName: 0.5}

// mostByName is the highest score of a label that only its name speaks for and that is
// not ticked. The more of a name a page has, the better it ranks, but what the words of a
// name are worth differs from place to place: of those that got more than this, four of
// ten were right, whether it was 50 % or 80.
const mostByName = 0.4

// isTicked reports whether a candidate is sure enough to be applied unless the person
// says no.
func (s *space) isTicked(x *pageIndex, c *candidate) bool {
	if c.score < tickedScore[c.situation] {
		return false
	}
	if c.situation == ByName {
		return s.isPlain(x, c)
	}
	return s.labels[c.label].without(s.itself) >= tickedPages
}

// worthShowing is how many of the best candidates to show: as many as make the list
// most like the labels that people would give the page, by the mean of F1 that is to
// be expected. Those that it has and that fit are on the list. Source: Lewis,
// Evaluating and optimizing autonomous text classification systems, 1995.
func (s *space) worthShowing(picked []candidate, held int) int {
	labels := usualLabels * generous
	if len(s.labelsOf) > 0 {
		sum := 0
		for _, l := range s.labelsOf {
			sum += len(l)
		}
		labels = float64(generous*float64(sum)) / float64(len(s.labelsOf))
	}
	has := float64(held)
	right := float64(heldRight * has)
	best, count := right/(has+labels), 0
	for i := range picked {
		right += picked[i].score
		if f := right / (has + float64(i+1) + labels); f > best {
			best, count = f, i+1
		}
	}
	return count
}

// pick takes the best candidates, each kind of label once.
func (s *space) pick(found []candidate, limit int) (picked []candidate, allHeld bool) {
	order.By(found, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(s.labels[a.label].name, s.labels[b.label].name))
	})
	taken := newTwins()
	for _, name := range s.in.Page.Labels {
		taken.add(name)
		if name != "" {
			taken.add(s.labels[s.mostUsedTwin(s.number(name))].name)
		}
	}
	dismissed := newTwins()
	for _, name := range s.in.Dismissed {
		dismissed.add(name)
	}
	least := leastScore
	if s.in.Unlikely {
		least = unlikelyLeast
	}
	held, turnedDown := 0, false // of those that are no guess
	kinds := map[string]int{}
	for _, c := range found {
		if c.score < least || len(picked) == limit {
			break
		}
		name := s.labels[c.label].name
		guess := c.score < guessScore
		if taken.has(name) {
			if !guess {
				held++
			}
			continue
		}
		if guess && len(picked) == 0 && held > 0 && !s.in.Unlikely {
			break // the page has what fits: no guess beside it
		}
		if dismissed.has(name) {
			turnedDown = turnedDown || !guess
			continue
		}
		if s.isSaid(picked, &c) {
			continue
		}
		if kind, _, several := strings.Cut(name, "-"); several && kinds[kind] == mostOfAKind {
			continue
		}
		c.shown = s.mostUsedTwin(c.label)
		name = s.labels[c.shown].name
		kind, _, several := strings.Cut(name, "-")
		if taken.has(name) || dismissed.has(name) || several && kinds[kind] == mostOfAKind {
			continue
		}
		if several {
			kinds[kind]++
		}
		taken.add(name)
		picked = append(picked, c)
	}
	if !s.in.Unlikely {
		picked = picked[:s.worthShowing(picked, held)]
	}
	return picked, held > 0 && len(picked) == 0 && !turnedDown
}
