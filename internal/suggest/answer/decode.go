package answer

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"labelup/internal/suggest"
)

// decoder reads a body as encoding/json does where no unknown field is allowed:
// names of fields in any case, null for nothing, of a field that comes twice the
// later one on top of the earlier. It is not encoding/json because that is a
// quarter of what the browser would load. Once it is broken, it only has to come
// to an end.
type decoder struct {
	raw     []byte
	at      int
	broken  bool   // the body is no JSON, or another than this
	scratch []byte // of escaped
}

func (d *decoder) request(r *Request) {
	d.object(func(field []byte) {
		switch string(field) {
		case "contentid":
			d.text(&r.ContentID)
		case "page":
			d.page(r)
		case "neighbours":
			array(d, &r.neighbours, d.neighbour)
		case "tree":
			d.tree(&r.in.Tree)
		case "vocabulary":
			array(d, &r.in.Vocabulary, d.term)
		case "inuse":
			array(d, &r.in.InUse, d.count)
		case "onlylisted":
			d.truth(&r.in.OnlyListed)
		case "dismissed":
			array(d, &r.in.Dismissed, d.text)
		case "refined":
			d.truth(&r.refined)
		case "limit":
			d.number(&r.in.Limit)
		case "certainty":
			array(d, &r.certainty, d.number)
		default:
			d.broken = true
		}
	})
}

func (d *decoder) page(r *Request) {
	d.object(func(field []byte) {
		switch string(field) {
		case "title":
			d.text(&r.in.Page.Title)
		case "body":
			d.body(&r.body)
		case "labels":
			array(d, &r.in.Page.Labels, d.text)
		default:
			d.broken = true
		}
	})
}

func (d *decoder) body(b **body) {
	if d.null() {
		*b = nil
		return
	}
	if *b == nil {
		*b = &body{}
	}
	d.object(func(field []byte) {
		switch string(field) {
		case "format":
			d.text(&(*b).format)
		case "value":
			d.text(&(*b).value)
		default:
			d.broken = true
		}
	})
}

func (d *decoder) neighbour(n *neighbour) {
	d.object(func(field []byte) {
		switch string(field) {
		case "id":
			d.text(&n.ID)
		case "title":
			d.text(&n.Title)
		case "labels":
			array(d, &n.Labels, d.text)
		case "body":
			d.body(&n.body)
		case "terms":
			d.terms(&n.Counts)
		default:
			d.broken = true
		}
	})
}

func (d *decoder) terms(t *map[string]int) {
	if d.null() {
		*t = nil
		return
	}
	if *t == nil {
		*t = map[string]int{}
	}
	d.members(func() {
		word, times := d.quoted(), 0
		d.colon()
		d.number(&times)
		(*t)[word] = times
	})
}

func (d *decoder) tree(t *suggest.Tree) {
	d.object(func(field []byte) {
		switch string(field) {
		case "parent":
			array(d, &t.Parent, d.text)
		case "siblings":
			array(d, &t.Siblings, d.count)
		case "of":
			d.number(&t.Of)
		default:
			d.broken = true
		}
	})
}

func (d *decoder) term(t *suggest.Term) {
	d.object(func(field []byte) {
		switch string(field) {
		case "label":
			d.text(&t.Label)
		case "synonyms":
			array(d, &t.Synonyms, d.text)
		case "description":
			d.text(&t.Description)
		case "group":
			d.text(&t.Group)
		case "retired":
			d.truth(&t.Retired)
		default:
			d.broken = true
		}
	})
}

func (d *decoder) count(c *suggest.Count) {
	d.object(func(field []byte) {
		switch string(field) {
		case "label":
			d.text(&c.Label)
		case "pages":
			d.number(&c.Pages)
		default:
			d.broken = true
		}
	})
}

// array reads an array into what is there. An element that is there already is read
// onto, as of a field that comes twice.
func array[T any](d *decoder, into *[]T, element func(*T)) {
	if d.null() {
		*into = nil
		return
	}
	all, read := *into, 0
	d.items('[', ']', func() {
		if read == cap(all) {
			var none T
			all = append(all[:read], none)
		}
		all = all[:max(len(all), read+1)]
		element(&all[read])
		read++
	})
	if *into = all[:read]; read == 0 {
		*into = []T{}
	}
}

// object reads the members of an object: field is to read the value of the one of
// this name, in lower case. null has none.
func (d *decoder) object(field func(name []byte)) {
	if d.null() {
		return
	}
	d.members(func() {
		name := lower(d.bytes())
		d.colon()
		field(name)
	})
}

func (d *decoder) members(member func()) { d.items('{', '}', member) }

func (d *decoder) items(open, end byte, item func()) {
	if d.next() != open {
		d.broken = true
		return
	}
	d.at++
	if d.next() == end {
		d.at++
		return
	}
	for {
		item()
		switch c := d.next(); {
		case d.broken:
			return
		case c == ',':
			d.at++
		case c == end:
			d.at++
			return
		default:
			d.broken = true
			return
		}
	}
}

func (d *decoder) colon() {
	if d.next() != ':' {
		d.broken = true
		return
	}
	d.at++
}

// text reads a string; null leaves what is there.
func (d *decoder) text(into *string) {
	if !d.null() {
		*into = d.quoted()
	}
}

func (d *decoder) truth(into *bool) {
	switch {
	case d.null():
	case d.word("true"):
		*into = true
	case d.word("false"):
		*into = false
	default:
		d.broken = true
	}
}

// number reads a whole number; one with a fraction or an exponent is none, even if
// it is whole.
func (d *decoder) number(into *int) {
	if d.null() {
		return
	}
	d.next()
	from, digits := d.at, d.at
	if d.at < len(d.raw) && d.raw[d.at] == '-' {
		digits++
	}
	for d.at = digits; d.at < len(d.raw) && '0' <= d.raw[d.at] && d.raw[d.at] <= '9'; d.at++ {
	}
	n, err := strconv.Atoi(string(d.raw[from:d.at]))
	if err != nil || d.raw[digits] == '0' && d.at > digits+1 {
		d.broken = true
		return
	}
	*into = n
}

func (d *decoder) null() bool { return d.word("null") }

// word takes a literal if it comes next.
func (d *decoder) word(literal string) bool {
	if d.next() != literal[0] || len(d.raw)-d.at < len(literal) || string(d.raw[d.at:d.at+len(literal)]) != literal {
		return false
	}
	d.at += len(literal)
	return true
}

// more reports whether anything comes after what was read.
func (d *decoder) more() bool {
	d.next()
	return d.at < len(d.raw)
}

// next is the byte after whitespace, which it skips; 0 at the end.
func (d *decoder) next() byte {
	for ; d.at < len(d.raw); d.at++ {
		if c := d.raw[d.at]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
	}
	return 0
}

// quoted reads a string.
func (d *decoder) quoted() string { return string(d.bytes()) }

// bytes reads a string, which is good until the next is read. The body is valid
// UTF-8: Shape has seen to it.
func (d *decoder) bytes() []byte {
	if d.next() != '"' {
		d.broken = true
		return nil
	}
	d.at++
	from := d.at
	d.plain()
	if d.at < len(d.raw) && d.raw[d.at] == '"' {
		d.at++
		return d.raw[from : d.at-1]
	}
	return d.escaped(from)
}

// plain goes on to the quote or the backslash, to what no string may hold, or to
// the end.
func (d *decoder) plain() {
	for d.at < len(d.raw) && d.raw[d.at] != '"' && d.raw[d.at] != '\\' && d.raw[d.at] >= ' ' {
		d.at++
	}
}

// escaped reads on in a string that began at from and does not end here.
func (d *decoder) escaped(from int) []byte {
	text := d.scratch[:0]
	for {
		text = append(text, d.raw[from:d.at]...)
		if d.at < len(d.raw) && d.raw[d.at] == '"' {
			d.at++
			d.scratch = text
			return text
		}
		if len(d.raw)-d.at < 2 || d.raw[d.at] != '\\' {
			d.broken = true
			return nil
		}
		escape := d.raw[d.at+1]
		d.at += 2
		switch escape {
		case '"', '\\', '/':
			text = append(text, escape)
		case 'b':
			text = append(text, '\b')
		case 'f':
			text = append(text, '\f')
		case 'n':
			text = append(text, '\n')
		case 'r':
			text = append(text, '\r')
		case 't':
			text = append(text, '\t')
		case 'u':
			r, ok := d.hex(d.at)
			if !ok {
				d.broken = true
				return nil
			}
			d.at += 4
			if utf16.IsSurrogate(r) {
				r = d.paired(r)
			}
			text = utf8.AppendRune(text, r)
		default:
			d.broken = true
			return nil
		}
		from = d.at
		d.plain()
	}
}

// paired is the character of a surrogate and of the one that comes next, or the
// character for errors if that makes none; then the next one is read on its own.
func (d *decoder) paired(first rune) rune {
	if d.at+1 < len(d.raw) && d.raw[d.at] == '\\' && d.raw[d.at+1] == 'u' {
		if second, ok := d.hex(d.at + 2); ok {
			if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
				d.at += 6
				return r
			}
		}
	}
	return utf8.RuneError
}

// hex reads the four digits of an escaped character.
func (d *decoder) hex(at int) (rune, bool) {
	if len(d.raw)-at < 4 {
		return 0, false
	}
	r := rune(0)
	for _, c := range d.raw[at : at+4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// lower is the name of a field in lower case. Two characters beyond ASCII are
// letters of it in another case: the long s and the sign of the kelvin.
func lower(name []byte) []byte {
	for _, c := range name {
		if c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf {
			return folded(name)
		}
	}
	return name
}

func folded(name []byte) []byte {
	out := make([]byte, 0, len(name))
	for _, r := range string(name) {
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r == 'ſ':
			r = 's'
		case r == 'K':
			r = 'k'
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}
