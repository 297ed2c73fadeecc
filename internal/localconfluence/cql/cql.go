// Package cql reads and answers the part of the Confluence Query Language that
// apps use to find pages: fields compared with values, and, or, not,
// parentheses, order by. It is pure. Source: "Advanced searching using CQL" on
// developer.atlassian.com; how relevant a document is, which Atlassian does not
// publish, is a rule of our own, see [Query.Sort].
package cql

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ErrSyntax: the query cannot be parsed, or uses what is not supported.
var ErrSyntax = errors.New("cql: Could not parse cql")

const (
	maxLength = 16 << 10 // bytes of a query
	maxDepth  = 50       // nested parentheses and nots
)

// Document is what a query is matched against.
type Document struct {
	ID, Type, SpaceKey, Title, Parent, Creator string

	Text         *Text
	Labels       []string
	Macros       []string // names of those in the body
	Ancestors    []string
	Created      time.Time
	LastModified time.Time

	Properties map[string]json.RawMessage // content properties by their keys
}

// Query is a parsed query.
type Query struct {
	match func(*Document) bool
	order []order
	terms []term // what ~ asks for, each once, but for what must not be there
}

type order struct {
	field string
	down  bool
}

// Match reports whether a document is found by the query.
func (q *Query) Match(d *Document) bool { return q.match(d) }

// Sort orders what was found in all as the query says. Where it says nothing,
// the most relevant comes first: each word, phrase or beginning of a word that
// the query looks for with ~ counts as much as it is rare in all (the logarithm
// of 1 + documents / documents that hold it), and three times as much where the
// title holds it. What is equal is ordered by id.
func (q *Query) Sort(found, all []*Document) {
	if len(q.order) == 0 && len(q.terms) > 0 {
		scores := q.relevance(found, all)
		slices.SortStableFunc(found, func(a, b *Document) int {
			return cmp.Or(cmp.Compare(scores[b.ID], scores[a.ID]), compareNumbers(a.ID, b.ID))
		})
		return
	}
	slices.SortStableFunc(found, func(a, b *Document) int {
		for _, o := range q.order {
			if c := o.compare(a, b); c != 0 {
				return c
			}
		}
		return compareNumbers(a.ID, b.ID)
	})
}

func (o order) compare(a, b *Document) int {
	c := 0
	switch o.field {
	case "title":
		c = cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title))
	case "created":
		c = a.Created.Compare(b.Created)
	case "lastmodified":
		c = a.LastModified.Compare(b.LastModified)
	case "space":
		c = cmp.Compare(a.SpaceKey, b.SpaceKey)
	case "type":
		c = cmp.Compare(a.Type, b.Type)
	case "id":
		c = compareNumbers(a.ID, b.ID)
	}
	if o.down {
		return -c
	}
	return c
}

// inTitle is how much more a term counts in a title than in a body.
const inTitle = 3

func (q *Query) relevance(found, all []*Document) map[string]float64 {
	scores := map[string]float64{}
	for _, t := range q.terms {
		holding := 0
		for _, d := range all {
			if title, body := d.Text.read(); t.in(title) || t.in(body) {
				holding++
			}
		}
		if holding == 0 {
			continue
		}
		weight := math.Log(1 + float64(len(all))/float64(holding))
		for _, d := range found {
			switch title, body := d.Text.read(); {
			case t.in(title):
				scores[d.ID] += inTitle * weight
			case t.in(body):
				scores[d.ID] += weight
			}
		}
	}
	return scores
}

func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// Parse reads a query. Its first clause must say what to find: one that only
// leaves out (not, !=, !~, not in) is refused, as Confluence refuses it. now is
// what now() means in it; extra are the fields that apps add to those of
// Confluence.
func Parse(query string, now time.Time, extra ...PropertyField) (*Query, error) {
	if len(query) > maxLength {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrSyntax, maxLength)
	}
	tokens, err := scan(query)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, now: now, extra: extra}
	q := &Query{match: func(*Document) bool { return true }}
	if !p.keyword("order") {
		if q.match, err = p.or(0); err != nil {
			return nil, err
		}
	} else {
		p.at-- // "order by" alone finds everything
	}
	if p.keyword("order") {
		if !p.keyword("by") {
			return nil, p.fault("by expected")
		}
		for {
			o, err := p.orderBy()
			if err != nil {
				return nil, err
			}
			q.order = append(q.order, o)
			if !p.symbol(",") {
				break
			}
		}
	}
	if p.at < len(p.tokens) {
		return nil, p.fault("end expected")
	}
	q.terms = p.terms
	return q, nil
}

type token struct {
	text   string
	quoted bool
	symbol bool
}

func scan(s string) ([]token, error) {
	var out []token
	runes := []rune(s)
	for i := 0; i < len(runes); {
		c := runes[i]
		switch {
		case unicode.IsSpace(c):
			i++
		case c == '"' || c == '\'':
			var b strings.Builder
			for i++; ; i++ {
				if i >= len(runes) {
					return nil, fmt.Errorf("%w: a quote is not closed", ErrSyntax)
				}
				if runes[i] == c {
					break
				}
				if runes[i] == '\\' && i+1 < len(runes) {
					i++
				}
				b.WriteRune(runes[i])
			}
			i++
			out = append(out, token{text: b.String(), quoted: true})
		case strings.ContainsRune("(),", c):
			out = append(out, token{text: string(c), symbol: true})
			i++
		case strings.ContainsRune("=!~<>", c):
			from := i
			for i < len(runes) && i < from+2 && strings.ContainsRune("=!~<>", runes[i]) {
				i++
			}
			out = append(out, token{text: string(runes[from:i]), symbol: true})
		default:
			from := i
			for i < len(runes) && !unicode.IsSpace(runes[i]) && !strings.ContainsRune(`"'(),=!~<>`, runes[i]) {
				i++
			}
			out = append(out, token{text: string(runes[from:i])})
		}
	}
	return out, nil
}

type parser struct {
	tokens []token
	at     int
	now    time.Time
	extra  []PropertyField
	terms  []term // see Query

	negated bool // within an odd number of nots
	begun   bool // a clause was read
}

func (p *parser) fault(why string) error {
	return fmt.Errorf("%w: %s at word %d", ErrSyntax, why, p.at+1)
}

func (p *parser) keyword(word string) bool {
	if p.at < len(p.tokens) && !p.tokens[p.at].quoted && !p.tokens[p.at].symbol && strings.EqualFold(p.tokens[p.at].text, word) {
		p.at++
		return true
	}
	return false
}

func (p *parser) symbol(text string) bool {
	if p.at < len(p.tokens) && p.tokens[p.at].symbol && p.tokens[p.at].text == text {
		p.at++
		return true
	}
	return false
}

type predicate = func(*Document) bool

func (p *parser) or(depth int) (predicate, error) {
	left, err := p.and(depth)
	for err == nil && p.keyword("or") {
		var right predicate
		if right, err = p.and(depth); err == nil {
			a := left
			left = func(d *Document) bool { return a(d) || right(d) }
		}
	}
	return left, err
}

func (p *parser) and(depth int) (predicate, error) {
	left, err := p.not(depth)
	for err == nil && p.keyword("and") {
		var right predicate
		if right, err = p.not(depth); err == nil {
			a := left
			left = func(d *Document) bool { return a(d) && right(d) }
		}
	}
	return left, err
}

func (p *parser) not(depth int) (predicate, error) {
	if depth > maxDepth {
		return nil, p.fault("nested too deeply")
	}
	if p.keyword("not") {
		if !p.begun {
			return nil, p.fault("the first clause says what to find, not what to leave out")
		}
		p.negated = !p.negated
		inner, err := p.not(depth + 1)
		p.negated = !p.negated
		return func(d *Document) bool { return !inner(d) }, err
	}
	if p.symbol("(") {
		inner, err := p.or(depth + 1)
		if err == nil && !p.symbol(")") {
			err = p.fault(") expected")
		}
		return inner, err
	}
	return p.clause()
}

func (p *parser) clause() (predicate, error) {
	if p.at >= len(p.tokens) || p.tokens[p.at].quoted || p.tokens[p.at].symbol {
		return nil, p.fault("field expected")
	}
	written := p.tokens[p.at].text
	field := strings.ToLower(written)
	p.at++
	operator := ""
	switch {
	case p.keyword("in"):
		operator = "in"
	case p.keyword("not"):
		if !p.keyword("in") {
			return nil, p.fault("in expected")
		}
		operator = "not in"
	case p.at < len(p.tokens) && p.tokens[p.at].symbol:
		operator = p.tokens[p.at].text
		p.at++
	}
	if !p.begun && (operator == "!=" || operator == "!~" || operator == "not in") {
		return nil, p.fault("the first clause says what to find, not what to leave out")
	}
	p.begun = true
	var values []string
	if operator == "in" || operator == "not in" {
		if !p.symbol("(") {
			return nil, p.fault("( expected")
		}
		for {
			v, err := p.value()
			if err != nil {
				return nil, err
			}
			values = append(values, v)
			if p.symbol(")") {
				break
			}
			if !p.symbol(",") {
				return nil, p.fault("comma expected")
			}
		}
	} else {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		values = []string{v}
	}
	if added, ok := p.property(written); ok {
		return p.compareProperty(added, operator, values)
	}
	return p.compare(field, operator, values)
}

// value reads a value. now() and now("-7d") become a time in dateFormats[0].
func (p *parser) value() (string, error) {
	if p.at >= len(p.tokens) || p.tokens[p.at].symbol {
		return "", p.fault("value expected")
	}
	t := p.tokens[p.at]
	p.at++
	if t.quoted || !p.symbol("(") {
		return t.text, nil
	}
	if !strings.EqualFold(t.text, "now") {
		return "", p.fault("unknown function")
	}
	at := p.now
	if !p.symbol(")") {
		offset, err := p.value()
		if err != nil {
			return "", err
		}
		if at, err = shift(at, offset); err != nil {
			return "", err
		}
		if !p.symbol(")") {
			return "", p.fault(") expected")
		}
	}
	return at.UTC().Format(dateFormats[0]), nil
}

func shift(at time.Time, offset string) (time.Time, error) {
	if offset == "" {
		return at, fmt.Errorf("%w: empty time offset", ErrSyntax)
	}
	n, err := strconv.Atoi(offset[:len(offset)-1])
	if err != nil || n < -100_000 || n > 100_000 {
		return at, fmt.Errorf("%w: bad time offset", ErrSyntax)
	}
	switch offset[len(offset)-1] {
	case 'm':
		return at.Add(time.Duration(n) * time.Minute), nil
	case 'h':
		return at.Add(time.Duration(n) * time.Hour), nil
	case 'd':
		return at.AddDate(0, 0, n), nil
	case 'w':
		return at.AddDate(0, 0, 7*n), nil
	case 'M':
		return at.AddDate(0, n, 0), nil
	case 'y':
		return at.AddDate(n, 0, 0), nil
	}
	return at, fmt.Errorf("%w: bad unit in a time offset", ErrSyntax)
}

var dateFormats = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006/01/02 15:04", "2006-01-02", "2006/01/02"}

func parseDate(s string) (time.Time, error) {
	for _, f := range dateFormats {
		if t, err := time.Parse(f, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%w: bad date", ErrSyntax)
}

// fields says what each field is in a document, and what may be asked of it.
var fields = map[string]struct {
	operators []string
	of        func(*Document) []string
}{
	"space":      {equality, func(d *Document) []string { return []string{d.SpaceKey} }},
	"space.key":  {equality, func(d *Document) []string { return []string{d.SpaceKey} }},
	"type":       {equality, func(d *Document) []string { return []string{d.Type} }},
	"label":      {equality, func(d *Document) []string { return d.Labels }},
	"macro":      {equality, func(d *Document) []string { return d.Macros }},
	"id":         {equality, func(d *Document) []string { return []string{d.ID} }},
	"content":    {equality, func(d *Document) []string { return []string{d.ID} }},
	"parent":     {equality, func(d *Document) []string { return []string{d.Parent} }},
	"ancestor":   {equality, func(d *Document) []string { return d.Ancestors }},
	"creator":    {equality, func(d *Document) []string { return []string{d.Creator} }},
	"title":      {append([]string{"~", "!~"}, equality...), func(d *Document) []string { return []string{d.Title} }},
	"text":       {operators: []string{"~", "!~"}},
	"sitesearch": {operators: []string{"~"}},
}

var equality = []string{"=", "!=", "in", "not in"}

func (p *parser) compare(field, operator string, values []string) (predicate, error) {
	if field == "created" || field == "lastmodified" {
		return p.compareDate(field, operator, values[0])
	}
	f, known := fields[field]
	if !known {
		return nil, p.fault("unknown field")
	}
	if !slices.Contains(f.operators, operator) {
		return nil, p.fault("this field does not support this operator")
	}
	var found predicate
	if strings.HasSuffix(operator, "~") {
		wanted := terms(values[0])
		if len(wanted) == 0 {
			return nil, p.fault("nothing to search for")
		}
		if p.negated == strings.HasPrefix(operator, "!") {
			p.look(wanted)
		}
		found = holding(wanted, field == "title")
	} else {
		found = func(d *Document) bool {
			return slices.ContainsFunc(f.of(d), func(have string) bool {
				return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(have, v) })
			})
		}
	}
	if strings.HasPrefix(operator, "!") || operator == "not in" {
		return func(d *Document) bool { return !found(d) }, nil
	}
	return found, nil
}

func (p *parser) compareDate(field, operator, value string) (predicate, error) {
	t, err := parseDate(value)
	if err != nil {
		return nil, err
	}
	when := func(d *Document) time.Time {
		if field == "created" {
			return d.Created
		}
		return d.LastModified
	}
	switch operator {
	case "<":
		return func(d *Document) bool { return when(d).Before(t) }, nil
	case ">":
		return func(d *Document) bool { return when(d).After(t) }, nil
	case "<=":
		return func(d *Document) bool { return !when(d).After(t) }, nil
	case ">=":
		return func(d *Document) bool { return !when(d).Before(t) }, nil
	case "=":
		return func(d *Document) bool { return sameDay(when(d), t) }, nil
	case "!=":
		return func(d *Document) bool { return !sameDay(when(d), t) }, nil
	}
	return nil, p.fault("a date does not support this operator")
}

func sameDay(a, b time.Time) bool {
	return a.UTC().Format(time.DateOnly) == b.UTC().Format(time.DateOnly)
}

// look remembers what a query looks for.
func (p *parser) look(wanted []term) {
	for _, t := range wanted {
		if !slices.ContainsFunc(p.terms, func(x term) bool { return x.key() == t.key() }) {
			p.terms = append(p.terms, t)
		}
	}
}

// holding finds the documents that hold every term, in the title or, unless
// only that counts, in the body.
func holding(wanted []term, titleOnly bool) predicate {
	return func(d *Document) bool {
		title, body := d.Text.read()
		for _, t := range wanted {
			if !t.in(title) && (titleOnly || !t.in(body)) {
				return false
			}
		}
		return true
	}
}

func (p *parser) orderBy() (order, error) {
	for _, field := range []string{"title", "created", "lastmodified", "space", "type", "id"} {
		if p.keyword(field) {
			down := p.keyword("desc")
			if !down {
				p.keyword("asc")
			}
			return order{field, down}, nil
		}
	}
	return order{}, p.fault("unknown field to order by")
}
