package keyphrase

import (
	"labelup/internal/elementary"
)

// What is weighed of a candidate. Logarithms are natural.
const (
	often         = iota // log(1 + occurrences, by the weight of the parts)
	wordsSum             // sum over its words of log(1 + occurrences of the word)
	wordsMean            // the same, by word
	early                // -log(1 + words before it / 20)
	alone                // share of its occurrences that are bounded on both sides
	four                 // 1 if it has four words
	five                 // 1 if it has five words or more
	weakShare            // share of words that say little
	onlyWeak             // 1 if no word says more
	adjective            // 1 if it is one word and that an adjective
	adjectiveLast        // 1 if it has more words and the last is an adjective
	countFeatures
)

type features [countFeatures]float64

// weights of the features on pages of 150 words or fewer, and on those of 5,000
// or more. They were fitted on abstracts, papers, news and theses with keywords
// that people chose (docs/suggestions.md says which, and how well it does on
// those it was not fitted on).
var weights = [countFeatures]struct{ short, long float64 }{
	often:         {0.2, 1.8},
	wordsSum:      {1.2, 0.4},
	wordsMean:     {-0.4, -0.4},
	early:         {0.3, 1},
	alone:         {0.3, 0.3},
	four:          {-2.4, -2.4},
	five:          {-4.3, -4.3},
	weakShare:     {-1.4, -1.4},
	onlyWeak:      {0, -1},
	adjective:     {-0.4, -0.4},
	adjectiveLast: {-2, -2},
}

// lengthOf places a page of this many words between short, 0, and long, 1.
func lengthOf(count int) float64 {
	const short, long = 150, 5000
	return min(1, max(0, elementary.Log(float64(count+1)/short)/elementary.Log(float64(long)/short)))
}

// times is what the features weigh together on a page of this length.
func (f features) times(length float64) float64 {
	sum := 0.0
	for i, weight := range weights {
		sum += float64(f[i] * (weight.short + float64((weight.long-weight.short)*length)))
	}
	return sum
}

// How much a space's taste for labels of one word weighs, and what share of one
// word the weights above answer with by themselves.
const (
	shapeWeight  = 3
	shapeNeutral = 0.4
)

func (s Shape) known() bool { return s.Labels >= 5 }

// wantsWords says whether single words are wanted that the page has in longer
// phrases only.
func (s Shape) wantsWords() bool { return s.known() && s.OneWord >= 0.5 }

// bonus is added for a phrase of this many words.
func (s Shape) bonus(length int) float64 {
	if !s.known() {
		return 0
	}
	taste := float64(shapeWeight * (min(1, max(0, s.OneWord)) - shapeNeutral))
	if length > 1 {
		return -taste
	}
	return taste
}
