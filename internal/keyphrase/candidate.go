package keyphrase

import (
	"cmp"

	"labelup/internal/elementary"
	"labelup/internal/order"
	"labelup/internal/words"
)

const (
	maxWords = 5 // of a phrase; longer ones are sentences without a verb
	maxGrams = 7 // of a phrase in a script without spaces: eight characters
	// of a chunk in such a script that is a phrase without being repeated: four
	// characters, because nothing tells where the words of a longer one end
	wholeGrams = 3
)

// key is the stems of a candidate, and words.None behind them.
type key [maxGrams]words.ID

// candidate is a phrase that may be answered.
type candidate struct {
	key    key
	tokens int     // of its first occurrence
	at     int     // where that is, in page.tokens
	first  int     // how many words the page has before that
	weight float64 // how often it occurs, by the weight of the parts
	count  int     // how often it occurs
	alone  int     // how often it is a whole chunk
	score  float64
}

// candidates returns every candidate with its score, in the order of the page.
func (p *page) candidates(shape Shape) []*candidate {
	index := make(map[key]*candidate, len(p.chunks))
	longest := make([]int, p.reader.Len()) // by stem: of the candidates that begin with it
	found := make([]*candidate, 0, len(p.chunks))
	add := func(from, to int) *candidate {
		k := p.key(from, to)
		c := index[k]
		if c == nil {
			c = &candidate{key: k, tokens: to - from, at: from}
			index[k] = c
			found = append(found, c)
			stem := k[0]
			longest[stem] = max(longest[stem], to-from)
		}
		return c
	}
	for _, chunk := range p.chunks {
		if chunk.to-chunk.from <= p.limit(chunk) {
			add(chunk.from, chunk.to).alone++
		} else {
			p.eachRepeated(chunk, func(from, to int) { add(from, to) })
		}
		if shape.wantsWords() {
			for at := chunk.from; at < chunk.to; at++ {
				if p.isWhole(chunk, at) && p.tokens[at].class == strong {
					add(at, at+1)
				}
			}
		}
	}
	p.each(longest, index, func(c *candidate, chunk chunk, at int) {
		if c.count == 0 {
			c.first = chunk.first + at - chunk.from
		}
		c.count++
		c.weight += chunk.weight
	})
	length := lengthOf(p.total)
	if p.language != words.English {
		length = 1 // where verbs and praise do not bound phrases, what is repeated tells more than what is long
	}
	for _, c := range found {
		c.score = elementary.Exp((p.features(c).times(length) + shape.bonus(p.length(c))) / 4)
	}
	return found
}

// limit is how many tokens a chunk may have to be a candidate.
func (p *page) limit(chunk chunk) int {
	for _, token := range p.tokens[chunk.from:chunk.to] {
		if token.Flags&words.Gram == 0 {
			return maxWords
		}
	}
	return wholeGrams
}

// isWhole says whether a word of a chunk is written together with no other.
func (p *page) isWhole(chunk chunk, at int) bool {
	return p.tokens[at].Flags&(words.Gram|words.Joined) == 0 && (at+1 == chunk.to || p.tokens[at+1].Flags&words.Joined == 0)
}

func (p *page) key(from, to int) (k key) {
	for i := range k {
		k[i] = words.None
	}
	for i := from; i < to; i++ {
		k[i-from] = p.tokens[i].ID
	}
	return k
}

// eachRepeated calls do for the longest runs within a chunk whose every word is
// on the page more than once. Where a language's stop words are not known, or a
// script has no spaces, a chunk may be half a sentence, and what is said again
// is what tells the phrases in it.
func (p *page) eachRepeated(chunk chunk, do func(from, to int)) {
	for from := chunk.from; from < chunk.to; {
		to := from
		for to < chunk.to && p.weight[p.tokens[to].ID] >= 2 {
			to++
		}
		if to > from && to-from <= maxGrams {
			do(from, to)
		}
		from = to + 1
	}
}

// each calls do for each place where a phrase of the index is, in the order of
// the page. Longest is by stem: how many tokens the longest phrase has that
// begins with it.
func (p *page) each(longest []int, index map[key]*candidate, do func(c *candidate, chunk chunk, at int)) {
	for _, chunk := range p.chunks {
		for at := chunk.from; at < chunk.to; at++ {
			for size := 1; size <= min(longest[p.tokens[at].ID], chunk.to-at); size++ {
				if c := index[p.key(at, at+size)]; c != nil {
					do(c, chunk, at)
				}
			}
		}
	}
}

// length is how many words a candidate has; in a script without spaces two
// characters stand for a word.
func (p *page) length(c *candidate) int {
	if p.tokens[c.at].Flags&words.Gram != 0 {
		return (c.tokens + 2) / 2
	}
	return c.tokens
}

// features are what is known of a candidate.
func (p *page) features(c *candidate) (f features) {
	sum, weak := 0.0, 0.0
	for _, token := range p.tokens[c.at : c.at+c.tokens] {
		sum += elementary.Log1p(p.weight[token.ID])
		if token.class == faint {
			weak++
		}
	}
	length, tokens := float64(p.length(c)), float64(c.tokens)
	mean := sum / tokens
	f[often] = elementary.Log1p(c.weight)
	f[wordsSum] = float64(mean * length)
	f[wordsMean] = mean
	f[early] = -elementary.Log1p(float64(c.first) / 20)
	f[alone] = float64(c.alone) / float64(c.count)
	f[weakShare] = weak / tokens
	switch {
	case length >= 5:
		f[five] = 1
	case length >= 4:
		f[four] = 1
	}
	if weak == tokens {
		f[onlyWeak] = 1
	}
	last := p.tokens[c.at+c.tokens-1]
	if p.language == words.English && isAdjective(p.reader.Text(last.Folded)) {
		if c.tokens == 1 {
			f[adjective] = 1
		} else {
			f[adjectiveLast] = 1
		}
	}
	return f
}

// best returns the limit best candidates, the best first; of equals the one that
// comes first on the page.
func best(candidates []*candidate, limit int) []*candidate {
	order.By(candidates, func(first, second **candidate) int {
		a, b := *first, *second
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.at, b.at), cmp.Compare(a.tokens, b.tokens))
	})
	return candidates[:min(limit, len(candidates))]
}
