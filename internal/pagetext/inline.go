package pagetext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestPiece is how much of a paragraph is read at once, in bytes. It bounds
// what is remembered of it; no paragraph that people write is longer.
const longestPiece = 64 << 10

// paragraph is a text in which markup is found. Each byte is looked at a bounded
// number of times: what could be searched for again and again is remembered.
type paragraph struct {
	defined map[string]bool // names that links may refer to

	s        string
	tokens   []token
	emphasis [3][]int // tokens that emphasis may begin with: of *, of _, of ~
	brackets []int    // tokens [ and ![ that wait for their ]
	name     int      // where the text after the last bracket begins; -1 after a ]
	ticks    []ticks
	tick     int // the run of backticks that comes next
	ahead    [len(searched)]found

	openComment bool // a comment does not end with the text it began in
}

// token is a piece of a paragraph that is not read as it stands.
type token struct {
	at, end int
	act     action
	n       int // of an image, where its text ends; of a tag, where that ends; of code, how wide its marks are

	size, left    int  // how many delimiters there are, and how many nothing was found for
	both          bool // they could begin and end emphasis
	opens, closes int  // how many bold texts they begin and end
}

type action uint8

const (
	asText  action = iota // it turned out to be no markup
	nothing               // it is left out
	spacing               // it parts words
	picture               // its text follows
	codeSpan
	htmlTag
	emphasis
)

// ticks is a run of backticks.
type ticks struct{ at, end, next int }

// inline reads the text of a paragraph, a heading or a cell.
func (m *markdown) inline(s string, in inside) {
	m.also = in
	for len(s) > longestPiece {
		piece := whole(s, longestPiece)
		if end := strings.LastIndexAny(piece, " \n>"); end > 0 { // not within a word or a tag
			piece = piece[:end+1]
		}
		m.find(piece)
		m.emit()
		s = s[len(piece):]
	}
	m.find(s)
	m.emit()
	m.also = 0
}

// emit writes the text between the tokens that find found.
func (m *markdown) emit() {
	in, at, strong := m.also, 0, 0
	for i := range m.tokens {
		t := &m.tokens[i]
		if t.act == asText {
			continue
		}
		shown := t.at >= at // else it is in an image's text that says nothing
		if shown {
			m.words(m.s[at:t.at])
			at = t.end
			switch t.act {
			case spacing:
				m.text(" ")
			case picture:
				m.text(" ")
				if imageText(m.s[t.end:t.n]) == "" {
					at = t.n
				}
			case codeSpan:
				m.also |= isCode
				m.text(m.s[t.at+t.n : t.end-t.n])
				m.also &^= isCode
			case htmlTag:
				m.tag(m.s[t.at:t.n])
			}
		}
		if t.act == emphasis {
			strong -= t.closes
			m.also = in
			if strong > 0 {
				m.also |= isStrong
			}
			switch {
			case !shown:
			case t.left == 1:
				m.text(m.s[t.at : t.at+1])
			case t.left > 1: // meant as markup, whatever became of it
				m.text(" ")
			}
			if strong += t.opens; strong > 0 {
				m.also |= isStrong
			}
		}
	}
	m.words(m.s[at:])
	m.also = in
}

// find finds the tokens of a text, in order.
func (m *markdown) find(s string) {
	m.paragraph.begin(s)
	for i := 0; i < len(s); {
		end := 0 // of what is found at i
		switch s[i] {
		case '\\':
			end = m.escape(i)
		case '`':
			end = m.codeSpan(i)
		case '*', '_', '~':
			end = m.delimiters(i)
		case '[':
			end = m.openBracket(i, 1)
		case '!':
			if strings.HasPrefix(s[i+1:], "[") {
				end = m.openBracket(i, 2)
			}
		case ']':
			end = m.closeBracket(i)
		case '<':
			end = m.angleBracket(i)
		case '{':
			end = m.brace(i)
		}
		i = max(i+1, end)
	}
}

func (p *paragraph) begin(s string) {
	p.s = s
	p.tokens, p.brackets, p.ticks = p.tokens[:0], p.brackets[:0], p.ticks[:0]
	for i := range p.emphasis {
		p.emphasis[i] = p.emphasis[i][:0]
	}
	p.name, p.tick = -1, 0
	p.ahead = [len(searched)]found{}
	if strings.IndexByte(s, '`') >= 0 {
		p.findTicks()
	}
}

// add adds a token and returns where it ends.
func (p *paragraph) add(act action, at, end int) int {
	p.tokens = append(p.tokens, token{act: act, at: at, end: end})
	return end
}

// escape reads a backslash before punctuation or the end of a line.
func (p *paragraph) escape(i int) int {
	if i+1 == len(p.s) || p.s[i+1] >= utf8.RuneSelf || p.s[i+1] != '\n' && !punctuation(rune(p.s[i+1])) {
		return 0
	}
	p.add(nothing, i, i+1)
	return i + 2
}

// findTicks finds the runs of backticks and, for each, the next that is as long.
func (p *paragraph) findTicks() {
	for i := 0; i < len(p.s); i++ {
		if p.s[i] == '`' {
			end := i + sameBytes(p.s[i:], '`')
			p.ticks = append(p.ticks, ticks{at: i, end: end, next: -1})
			i = end
		}
	}
	var last [32]int // a longer run means nothing
	for i := range last {
		last[i] = -1
	}
	for i := len(p.ticks) - 1; i >= 0; i-- {
		if size := p.ticks[i].end - p.ticks[i].at; size < len(last) {
			p.ticks[i].next, last[size] = last[size], i
		}
	}
}

// codeSpan reads code within a line.
func (p *paragraph) codeSpan(i int) int {
	for p.ticks[p.tick].end <= i {
		p.tick++
	}
	run := p.ticks[p.tick]
	if run.at != i || run.next < 0 {
		return run.end
	}
	end := p.ticks[run.next].end
	p.add(codeSpan, i, end)
	p.tokens[len(p.tokens)-1].n = run.end - run.at
	return end
}

// delimiters reads a run of *, _ or ~ and ends the emphasis that it can end, by
// CommonMark's rules. Only for bold text it matters which that is.
func (p *paragraph) delimiters(i int) int {
	c := p.s[i]
	size := sameBytes(p.s[i:], c)
	end := i + size
	left, right := p.flanks(i, end)
	begins, ends := left, right
	kind := 0
	switch c {
	case '_':
		if left && right { // within a word, or between punctuation
			before, _ := utf8.DecodeLastRuneInString(p.s[:i])
			after, _ := utf8.DecodeRuneInString(p.s[end:])
			begins, ends = punctuation(before), punctuation(after)
			if !begins && !ends {
				return end
			}
		}
		kind = 1
	case '~':
		if size != 2 {
			return end
		}
		kind = 2
	}
	if size == 1 && !begins && !ends {
		return end
	}
	t := token{act: emphasis, at: i, end: end, size: size, left: size, both: begins && ends}
	for waiting := p.emphasis[kind]; ends && t.left > 0 && len(waiting) > 0; waiting = p.emphasis[kind] {
		first := &p.tokens[waiting[len(waiting)-1]]
		if (first.both || t.both) && (first.size+size)%3 == 0 && (first.size%3 != 0 || size%3 != 0) {
			if begins {
				break
			}
			p.emphasis[kind] = waiting[:len(waiting)-1]
			continue
		}
		n := min(first.left, t.left, 2)
		if n == 2 && c != '~' {
			first.opens++
			t.closes++
		}
		first.left -= n
		t.left -= n
		if first.left == 0 {
			p.emphasis[kind] = waiting[:len(waiting)-1]
		}
	}
	p.tokens = append(p.tokens, t)
	if begins && t.left > 0 {
		p.emphasis[kind] = append(p.emphasis[kind], len(p.tokens)-1)
	}
	return end
}

// flanks tells whether the delimiters at s[i:end] stand before a word, and
// whether after one.
func (p *paragraph) flanks(i, end int) (before, after bool) {
	prev, next := ' ', ' '
	if i > 0 {
		prev, _ = utf8.DecodeLastRuneInString(p.s[:i])
	}
	if end < len(p.s) {
		next, _ = utf8.DecodeRuneInString(p.s[end:])
	}
	before = !unicode.IsSpace(next) && (!punctuation(next) || unicode.IsSpace(prev) || punctuation(prev))
	after = !unicode.IsSpace(prev) && (!punctuation(prev) || unicode.IsSpace(next) || punctuation(next))
	return before, after
}

func punctuation(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

// openBracket reads the beginning of a link or image, or a footnote's mark.
func (p *paragraph) openBracket(i, size int) int {
	s := p.s[i+size:]
	if size == 1 && strings.HasPrefix(s, "^") {
		if n := strings.IndexAny(s[:min(len(s), 100)], " \n[]"); n > 1 && s[n] == ']' {
			return p.add(nothing, i, i+size+n+1)
		}
	}
	p.brackets = append(p.brackets, len(p.tokens))
	p.name = i + size
	return p.add(asText, i, i+size)
}

// closeBracket reads the end of a link's or an image's text and where it leads.
func (p *paragraph) closeBracket(i int) int {
	name := p.name
	p.name = -1
	if len(p.brackets) == 0 {
		return 0
	}
	first := &p.tokens[p.brackets[len(p.brackets)-1]]
	p.brackets = p.brackets[:len(p.brackets)-1]
	end := p.destination(i + 1)
	if end == 0 {
		end = p.reference(first.end, i, name == first.end)
	}
	if end == 0 {
		return 0
	}
	if p.s[first.at] == '!' {
		first.act, first.n = picture, i
		return p.add(spacing, i, end)
	}
	first.act = nothing
	return p.add(nothing, i, end)
}

// destination reads (where a link leads "and its title") at s[i:] and returns
// where it ends, or 0. What people get wrong there ends at the next bracket.
func (p *paragraph) destination(i int) int {
	if strings.HasPrefix(p.s[i:], " (http") {
		i++
	}
	if i >= len(p.s) || p.s[i] != '(' {
		return 0
	}
	i = p.afterBlanks(i + 1)
	if strings.HasPrefix(p.s[i:], "<") {
		if n := strings.IndexAny(p.s[i+1:], "<>\n"); n >= 0 && p.s[i+1+n] == '>' {
			i += n + 2
		}
	}
	for depth := 0; i < len(p.s) && !blank(p.s[i]); i++ {
		switch p.s[i] {
		case '\\':
			i++
		case '(':
			if depth++; depth > 32 { // CommonMark's own limit
				return 0
			}
		case ')':
			if depth--; depth < 0 {
				return i + 1
			}
		}
	}
	i = p.afterBlanks(i)
	if i < len(p.s) {
		from := i
		switch p.s[i] {
		case '"':
			from = p.next(doubleQuote, i+1)
		case '\'':
			from = p.next(singleQuote, i+1)
		}
		if from > i {
			i = p.afterBlanks(from + 1)
		}
	}
	if end := p.next(roundBracket, i); end >= 0 && end-i <= longestName {
		return end + 1
	}
	return 0
}

func (p *paragraph) afterBlanks(i int) int {
	for i < len(p.s) && blank(p.s[i]) {
		i++
	}
	return i
}

// reference reads a link to a definition, whose text is s[from:i], and returns
// where it ends, or 0. The text may be the name itself if it has no brackets.
func (p *paragraph) reference(from, i int, named bool) int {
	if len(p.defined) == 0 {
		return 0
	}
	if strings.HasPrefix(p.s[i+1:], "[") {
		rest := p.s[i+2 : min(len(p.s), i+2+longestName)]
		if n := strings.IndexAny(rest, "[]"); n >= 0 && rest[n] == ']' {
			if n > 0 && p.defined[folded(rest[:n])] || n == 0 && named && p.isDefined(from, i) {
				return i + 2 + n + 1
			}
		}
	}
	if named && p.isDefined(from, i) {
		return i + 1
	}
	return 0
}

func (p *paragraph) isDefined(from, i int) bool {
	return i-from <= longestName && p.defined[folded(p.s[from:i])]
}

// angleBracket reads a tag, a comment, or an address.
func (p *paragraph) angleBracket(i int) int {
	s := p.s
	if strings.HasPrefix(s[i:], "<!--") {
		end := p.next(commentEnd, i+len("<!--"))
		if end < 0 {
			p.openComment = true
			return p.add(nothing, i, len(s))
		}
		return p.add(nothing, i, end+len("-->"))
	}
	end, another := p.next(tagEnd, i+1), p.next(tagBegin, i+1)
	if end < 0 || another >= 0 && another < end {
		return 0
	}
	begin := i + 1
	if s[begin] == '/' || s[begin] == '!' || s[begin] == '?' {
		begin++
	}
	if !letter(s[begin]) {
		return 0
	}
	n := begin
	for n < end && (letter(s[n]) || '0' <= s[n] && s[n] <= '9' || s[n] == '-') {
		n++
	}
	name := s[begin:n]
	switch {
	case begin == i+1 && strings.IndexByte(":@.+", s[n]) >= 0 && !strings.ContainsAny(s[n:end], " \n"):
		return p.add(nothing, i, end+1)
	case s[begin-1] == '!' || s[begin-1] == '?':
		return p.add(nothing, i, end+1)
	case nameEnd(s, n) != n:
		return 0
	}
	size := end + 1
	if e := htmlElements[strings.ToLower(name)]; begin == i+1 && e != nil && e.raw {
		if size = endTag(s[end:], name); size < 0 {
			size = len(s)
		} else {
			size += end
		}
	}
	p.add(htmlTag, i, size)
	p.tokens[len(p.tokens)-1].n = end + 1
	return size
}

// brace reads a tag of Liquid, or attributes of kramdown.
func (p *paragraph) brace(i int) int {
	if i+1 == len(p.s) {
		return 0
	}
	end, size := -1, 1
	switch p.s[i+1] {
	case '%':
		end, size = p.next(liquidTag, i+2), 2
	case '{':
		end, size = p.next(liquidValue, i+2), 2
	case ':', '#':
		end = p.next(curlyBracket, i+2)
	}
	if end < 0 {
		return 0
	}
	return p.add(nothing, i, end+size)
}

// searched are the ends that are searched for from several beginnings.
var searched = [...]string{
	commentEnd: "-->", tagEnd: ">", tagBegin: "<", liquidTag: "%}", liquidValue: "}}", curlyBracket: "}",
	doubleQuote: `"`, singleQuote: "'", roundBracket: ")",
}

const (
	commentEnd = iota
	tagEnd
	tagBegin
	liquidTag
	liquidValue
	curlyBracket
	doubleQuote
	singleQuote
	roundBracket
)

// found is what a search came to.
type found struct {
	known     bool
	since, at int // from since on, the first is at at; there is none if that is -1
}

// next is where the next of these is, from s[from:] on, or -1. It remembers, so
// that searching again and again costs no more than searching once.
func (p *paragraph) next(what, from int) int {
	f := &p.ahead[what]
	if f.known && f.since <= from && (f.at < 0 || from <= f.at) {
		return f.at
	}
	*f = found{known: true, since: from, at: -1}
	if from < len(p.s) {
		if n := strings.Index(p.s[from:], searched[what]); n >= 0 {
			f.at = from + n
		}
	}
	return f.at
}
