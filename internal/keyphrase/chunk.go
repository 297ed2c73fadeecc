package keyphrase

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"labelup/internal/words"
)

// page is a page being searched. Its words are counted in one sequence over all
// parts, in which chunks are ranges.
type page struct {
	reader   *words.Reader
	parts    []Part
	language words.Language
	tokens   []token
	chunks   []chunk
	total    int       // words of all parts that count, stop words included
	weight   []float64 // by stem: how often it is on the page, by the weight of the parts
}

// token is a word that may be part of a phrase.
type token struct {
	words.Word
	class class
}

// chunk is a run of tokens that nothing bounds: tokens[from:to].
type chunk struct {
	from, to int
	part     int
	first    int // how many words the page has before it
	weight   float64
}

// titleWeight is what a first line counts that looks like a title.
const titleWeight = 4

func newPage(reader *words.Reader, parts []Part, language words.Language) *page {
	size := 0
	for _, part := range parts {
		size += len(part.Words)
	}
	return &page{
		reader: reader, parts: parts, language: language,
		tokens: make([]token, 0, size/2), chunks: make([]chunk, 0, size/4), weight: make([]float64, reader.Len()),
	}
}

// chunk finds the chunks and counts their words.
func (p *page) chunk() {
	titleEnd := firstLine(p.parts)
	var classes []class
	for index, part := range p.parts {
		if part.Weight <= 0 {
			continue
		}
		classes = p.classify(part, classes[:0])
		end := 0 // of the title within this part
		if index == 0 {
			end = titleEnd
		}
		open := false
		for at, word := range part.Words {
			if classes[at] == bounding {
				open = false
				continue
			}
			weight := part.Weight
			if int(word.Start) < end {
				weight = titleWeight
			}
			if !open || bounds(part, at, end) {
				first := p.total + at
				if part.Title {
					first = 0
				}
				p.chunks = append(p.chunks, chunk{from: len(p.tokens), to: len(p.tokens), part: index, first: first, weight: weight})
			}
			open = true
			p.tokens = append(p.tokens, token{Word: word, class: classes[at]})
			p.chunks[len(p.chunks)-1].to++
			p.weight[word.ID] += weight
		}
		p.total += len(part.Words)
	}
	for i := range p.chunks {
		p.cutVerb(&p.chunks[i])
	}
	p.chunks = slices.DeleteFunc(p.chunks, func(chunk chunk) bool { return chunk.from == chunk.to })
}

// cutVerb takes the ending of a verb off the end of a chunk, which begins with it
// where a script without spaces has verbs: 説明し. Nothing may be left.
func (p *page) cutVerb(chunk *chunk) {
	text := p.parts[chunk.part].Text
	for chunk.to > chunk.from {
		token := p.tokens[chunk.to-1]
		if token.Flags&words.Gram == 0 {
			return
		}
		end, _ := utf8.DecodeLastRuneInString(text[token.Start:token.End])
		if !strings.ContainsRune(verbEndings, end) {
			return
		}
		chunk.to--
	}
}

// verbEndings are characters that seldom end anything but a verb in
// Japanese, after a noun that is the better phrase.
const verbEndings = "しさせすれっ"

// bounds says whether a phrase ends between part.Words[at-1] and [at]: at
// punctuation, and after the line that serves as the title.
func bounds(part Part, at, titleEnd int) bool {
	word, before := part.Words[at], part.Words[at-1]
	return word.Flags&words.Break != 0 || int(before.Start) < titleEnd && int(word.Start) >= titleEnd
}

// classify appends the class of each word of a part to classes. Words written
// together with hyphens are one: they bound a phrase if they hold a stop word
// (state-of-the-art) or nothing else than words that bound one, and else none of
// them does (web-based, e-commerce, covid-19).
func (p *page) classify(part Part, classes []class) []class {
	for _, word := range part.Words {
		classes = append(classes, p.classOf(part.Text, word))
	}
	for from := 0; from < len(part.Words); {
		to := from + 1
		for to < len(part.Words) && hyphenated(part, to) {
			to++
		}
		if to > from+1 {
			settle(part.Text, part.Words[from:to], classes[from:to])
		}
		from = to
	}
	for at, word := range part.Words {
		if word.Flags&words.Opaque != 0 {
			classes[at] = bounding
		}
	}
	return classes
}

// settle gives words written together their classes. Single letters are words
// where an ampersand joins them: R&D.
func settle(text string, compound []words.Word, classes []class) {
	stop, content := false, false
	for at, word := range compound {
		ampersand := at > 0 && text[compound[at-1].End] == '&'
		stop = stop || word.Flags&words.Stop != 0 && (!ampersand || !isSingle(text[word.Start:word.End]))
		content = content || word.Flags&words.Opaque == 0 && (classes[at] != bounding || ampersand)
	}
	for at, word := range compound {
		switch {
		case stop || !content, at == 0 && word.Flags&words.Number != 0:
			classes[at] = bounding
		case classes[at] == bounding:
			classes[at] = strong
		}
	}
}

func hyphenated(part Part, at int) bool {
	word, before := part.Words[at], part.Words[at-1]
	if word.Flags&words.Joined == 0 || word.Flags&words.Gram != 0 || before.End >= word.Start {
		return false
	}
	return isHyphen(part.Text[before.End:word.Start])
}

func isHyphen(gap string) bool {
	switch gap {
	case "-", "_", "&", "\u2010", "\u2011":
		return true
	}
	return false
}

func (p *page) classOf(text string, word words.Word) class {
	switch {
	case word.Flags&(words.Stop|words.Verb) != 0:
		return bounding
	case word.Flags&words.Number != 0 && !hasLetter(text[word.Start:word.End]):
		return bounding
	case word.Flags&words.Gram == 0 && isSingle(text[word.Start:word.End]):
		return bounding
	case p.language == words.Unknown && word.Flags&(words.Acronym|words.Gram) == 0 && isShort(text[word.Start:word.End]):
		return bounding // nearly all words of a language that are this short are stop words
	case p.language == words.English:
		return classOf(p.reader.Text(word.Folded))
	}
	return strong
}

func hasLetter(word string) bool {
	return strings.ContainsFunc(word, func(c rune) bool { return c > '9' })
}

// isShort says whether a word has no more than three letters of an alphabet. A
// Korean syllable is more than a letter.
func isShort(word string) bool {
	return utf8.RuneCountInString(word) <= 3 && !strings.ContainsFunc(word, func(c rune) bool { return unicode.Is(unicode.Hangul, c) })
}

// isSingle says whether a word is one letter, which names nothing. One ideograph
// may name something.
func isSingle(word string) bool {
	_, size := utf8.DecodeRuneInString(word)
	return size == len(word) && size < 3
}

// firstLine returns where the first line of the first part ends if it has to
// serve as the title: no part is one, the first is no code or quote, the line has
// two to 25 words, is no sentence, and text follows it. A line goes on in the next if that begins with a tab.
func firstLine(parts []Part) int {
	if len(parts) == 0 || parts[0].Weight < 1 {
		return 0
	}
	for _, part := range parts {
		if part.Title {
			return 0
		}
	}
	text := parts[0].Text
	end := len(text) - len(strings.TrimLeft(text, " \t\r\n"))
	for {
		next := strings.IndexByte(text[end:], '\n')
		if next < 0 {
			end = len(text)
			break
		}
		end += next + 1
		if end == len(text) || text[end] != '\t' {
			break
		}
	}
	if end == len(text) && len(parts) == 1 {
		return 0
	}
	count := 0
	for _, word := range parts[0].Words {
		if int(word.Start) >= end {
			break
		}
		count++
	}
	if count < 2 || count > 25 || strings.HasSuffix(strings.TrimRight(text[:end], " \t\r\n"), ".") {
		return 0
	}
	return end
}
