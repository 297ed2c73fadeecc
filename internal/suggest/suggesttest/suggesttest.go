// Package suggesttest has requests for suggestions, for tests: a whole one, and such
// as are as dear as their bytes can make them, for tests of the bounds. Those are
// made from a recipe, and the same recipe always makes the same request.
package suggesttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// WholeRequest has every field that a request may have.
const WholeRequest = `{
	"contentId": "123",
	"page": {
		"title": "Accessibility testing",
		"body": {"format": "text", "value": "Test with a keyboard."},
		"labels": ["testing"]
	},
	"neighbours": [
		{"id": "1", "title": "Screen readers", "labels": ["a11y"], "body": {"format": "text", "value": "Read aloud."}},
		{"id": "2", "title": "Contrast", "labels": ["a11y", "design"], "terms": {"ease": 3, "contrast": 3, "colour": -1}}
	],
	"tree": {"parent": ["handbook"], "siblings": [{"label": "a11y", "pages": 3}], "of": 7},
	"vocabulary": [{"label": "a11y", "synonyms": ["accessibility"], "description": "Who can use it", "retired": false}],
	"inUse": [{"label": "a11y", "pages": 4}, {"label": "odd", "pages": -4}],
	"onlyListed": true, "dismissed": ["design"], "refined": false, "limit": 7
}`

// Recipe says what a request is made of. Zero leaves a part out.
type Recipe struct {
	Script   string // of its words: a key of Scripts
	Letters  int    // of a word, 1 or more
	Distinct int    // words there are to draw from; 0 makes each word anew
	Between  string // what stands between two words
	Tongues  bool   // neighbours begin with stop words of one language after another

	Format  string // of bodies: text, storage or adf; or terms, which replace the neighbours' bodies
	Markup  int    // words from one tag or node to the next; 0 has none
	Nested  bool   // tags and nodes do not end
	Escaped bool   // what is not ASCII is written as \u

	Page       int // bytes of the page's body
	Title      int // words of each title
	Neighbours int
	Bytes      int // of a neighbour's body; 0 shares out what room the request has

	Labels     int // of a neighbour
	Names      int // labels there are to draw from; 0 makes each anew
	NameWords  int // words of a label
	Beginning  string
	Vocabulary int
	Synonyms   int // of each of these
	InUse      int
	Siblings   int
	Parent     int
	Dismissed  int
	PageLabels int
	Limit      int
	Repeated   int // how many times the list of what was dismissed is there, the last of which counts
}

// Scripts are characters to make words of, by the name of what they are.
var Scripts = map[string][]rune{
	"Latin":      letters('a', 'z'),
	"accented":   append(letters(0xe0, 0xf6), letters(0x100, 0x17f)...),
	"Cyrillic":   letters(0x430, 0x44f),
	"Greek":      letters(0x3ac, 0x3ce),
	"Arabic":     letters(0x621, 0x64a),
	"Hebrew":     letters(0x5d0, 0x5ea),
	"Devanagari": letters(0x905, 0x94d),
	"Thai":       letters(0xe01, 0xe2e),
	"Han":        letters(0x4e00, 0x9fa5),
	"rare Han":   letters(0x20000, 0x2a6d6),
	"Hiragana":   letters(0x3041, 0x3096),
	"Katakana":   letters(0x30a1, 0x30fa),
	"Hangul":     letters(0xac00, 0xd7a3),
	"jamo":       letters(0x1100, 0x11ff),
	"full width": letters(0xff21, 0xff5a),
	"marks":      append(letters('a', 'z'), letters(0x300, 0x36f)...),
	"digits":     letters('0', '9'),
	"capitals":   letters('A', 'Z'),
	"emoji":      letters(0x1f300, 0x1f64f),
	"mixed":      []rune("abcdeñéßйжщאבגدذرकखกขง漢字仮名かなカナ한국어0123456789"),
	"anything":   append(append(letters(0x21, 0x7e), letters(0xa1, 0xd7ff)...), letters(0xe000, 0x2ffff)...),
}

func letters(from, to rune) (all []rune) {
	for c := from; c <= to; c++ {
		all = append(all, c)
	}
	return all
}

// Betweens are what may stand between two words.
var Betweens = []string{" ", "", "-", ". ", ", ", "/", "\n\n", " & "}

// tongues begin a text so that it is taken for one of the languages that are
// stemmed.
var tongues = []string{
	"the of and to in is that for it was with as his on be at by this had not are but from or have an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years much where your way down should because long each just state those people too mr little make still see men work here get both between life being under",
	"der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde",
	"le de un être et à il avoir ne je son que se qui ce dans en du elle au pour pas par plus sur mais nous avec ou si leur comme tout faire sans même aussi bien",
	"el la de que y a en un ser se no haber por con su para como estar tener le lo lo todo pero más hacer o poder decir este ir otro ese si me ya ver porque dar cuando él muy sin vez mucho saber qué sobre mi alguno mismo yo también hasta",
	"o a de que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas me esse você essa num nem suas",
	"il di che e la in un a per è una sono mi ho si lo ma ti con non cosa le no ha come della io questo qui bene tu se da hai sei del mio solo al me tutto te c'era gli dei alla nel anche quando",
	"de en het van ik te dat die in een hij niet zijn is was op aan met als voor had er maar om hem dan zou of wat mijn men dit zo door over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze u want nog zal me zij nu ge geen omdat iets worden toch al waren veel meer doen toen moet ben zonder kan hun dus",
	"och det att i en jag hon som han på den med var sig för så till är men ett om hade de av icke mig du henne då sin nu har inte hans honom skulle hennes där min man ej vid kunde något från ut när efter upp vi dem vara vad över än dig kan sina här ha mot alla under någon",
}

// maker makes one request.
type maker struct {
	Recipe
	random *rand.Rand
	script []rune
}

// Body is the request as JSON, about page 123, of at most limit bytes.
func (r Recipe) Body(limit int) string {
	m := &maker{Recipe: r, random: rand.New(rand.NewPCG(1, 2)), script: Scripts[r.Script]}
	if m.script == nil {
		m.script = Scripts["Latin"]
	}
	m.Letters = max(m.Letters, 1)
	var b strings.Builder
	fmt.Fprintf(&b, `{"contentId":"123","limit":%d,"page":{"title":%s,"labels":%s`, m.Limit, m.quoted(m.words(0, m.Title)), m.list(m.PageLabels))
	if m.Page > 0 && m.Format != "terms" {
		fmt.Fprintf(&b, `,"body":%s`, m.body(m.Page, -1))
	} else if m.Page > 0 {
		fmt.Fprintf(&b, `,"body":{"format":"text","value":%s}`, m.quoted(m.words(m.Page, 0)))
	}
	fmt.Fprintf(&b, `},"tree":{"of":9,"parent":%s,"siblings":%s},"inUse":%s,"vocabulary":[`, m.list(m.Parent), m.counts(m.Siblings), m.counts(m.InUse))
	for n := range m.Vocabulary {
		if b.Len() > limit*7/8 {
			break
		}
		fmt.Fprintf(&b, `%s{"label":%s,"synonyms":%s}`, comma(n), m.quoted(m.name()), m.list(m.Synonyms))
	}
	b.WriteString(`],"dismissed":` + m.list(m.Dismissed))
	for range m.Repeated {
		if b.Len() > limit*7/8 {
			break
		}
		b.WriteString(`,"dismissed":` + m.list(m.Dismissed))
	}
	b.WriteString(`,"neighbours":[`)
	for n := range m.Neighbours {
		room := m.Bytes
		if room == 0 {
			room = (limit - b.Len()) / (m.Neighbours - n) * 9 / 10
		}
		one := m.neighbour(n, room)
		for ; b.Len()+len(one)+8 > limit && room > 16; room /= 2 {
			one = m.neighbour(n, room/2)
		}
		if b.Len()+len(one)+8 > limit {
			break
		}
		b.WriteString(comma(n) + one)
	}
	b.WriteString("]}")
	if b.Len() > limit { // too many names: the caller sees that it is refused
		return b.String()[:limit]
	}
	return b.String()
}

func comma(n int) string {
	if n > 0 {
		return ","
	}
	return ""
}

func (m *maker) neighbour(n, room int) string {
	head := fmt.Sprintf(`{"id":"%d","title":%s,"labels":%s`, n, m.quoted(m.words(0, m.Title)), m.list(m.Labels))
	room -= len(head)
	switch {
	case room < 64 || m.Format == "":
		return head + "}"
	case m.Format == "terms":
		var b strings.Builder
		seen := map[string]bool{}
		for count := 1; b.Len() < room && count < 5000; count++ {
			word := m.quoted(m.word())
			if !seen[word] {
				seen[word] = true
				fmt.Fprintf(&b, `%s%s:%d`, comma(len(seen)-1), word, 1+count%9)
			}
		}
		return head + `,"terms":{` + b.String() + `}}`
	default:
		return head + `,"body":` + m.body(room, n) + `}`
	}
}

// body is a body of about so many bytes as JSON.
func (m *maker) body(bytes, number int) string {
	var b strings.Builder
	text := ""
	if m.Tongues {
		text = tongues[(number+1)%len(tongues)] + m.Between
	}
	overhead := len(`{"format":"storage","value":""}`)
	for b.Len() == 0 || b.Len()+overhead < bytes {
		piece := text
		text = ""
		if m.Markup == 0 {
			piece += m.words(max(1, (bytes-overhead-b.Len())/m.weight()), 0)
		} else {
			piece += m.words(0, m.Markup)
		}
		before := b.Len()
		b.WriteString(m.marked(piece))
		if b.Len() == before || m.Markup == 0 {
			break
		}
	}
	value := b.String()
	if m.Format == "adf" {
		value = `{\"type\":\"doc\",\"content\":[` + value + `{}]}`
	}
	return fmt.Sprintf(`{"format":%q,"value":"%s"}`, m.Format, value)
}

// weight is how many bytes of JSON a byte of text takes, about.
func (m *maker) weight() int {
	if m.Escaped && m.script[0] > 0x7f {
		return 3
	}
	return 1
}

// marked is a piece of text within markup, as it stands in JSON.
func (m *maker) marked(text string) string {
	escaped := m.quoted(text)
	escaped = escaped[1 : len(escaped)-1]
	switch {
	case m.Format == "storage" && m.Nested:
		return "<b><h1>" + escaped
	case m.Format == "storage" && m.Markup > 0:
		return "<p>" + escaped + "</p>"
	case m.Format == "adf" && m.Nested:
		return `{\"content\":[{\"text\":\"` + strings.ReplaceAll(escaped, `\`, `\\`) + `\"},`
	case m.Format == "adf":
		return `{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"` + strings.ReplaceAll(escaped, `\`, `\\`) + `\"}]},`
	}
	return escaped
}

// words are so many words, or if that is 0 words of so many bytes.
func (m *maker) words(bytes, count int) string {
	var b strings.Builder
	for n := 0; n < count || b.Len() < bytes; n++ {
		if n > 0 {
			b.WriteString(m.Between)
		}
		b.WriteString(m.word())
	}
	return b.String()
}

func (m *maker) word() string {
	random := m.random
	if m.Distinct > 0 {
		random = rand.New(rand.NewPCG(3, uint64(m.random.IntN(m.Distinct))))
	}
	var b strings.Builder
	for range m.Letters {
		b.WriteRune(m.script[random.IntN(len(m.script))])
	}
	return b.String()
}

// name is the name of a label.
func (m *maker) name() string {
	number := m.random.IntN(1 << 30)
	if m.Names > 0 {
		number %= m.Names
	}
	if m.NameWords == 0 {
		return m.Beginning + fmt.Sprintf("%x", number)
	}
	var b strings.Builder
	b.WriteString(m.Beginning)
	random := rand.New(rand.NewPCG(5, uint64(number)))
	for n := range m.NameWords {
		if n > 0 {
			b.WriteString("-")
		}
		from := random
		if m.Distinct > 0 {
			from = rand.New(rand.NewPCG(3, uint64(random.IntN(m.Distinct))))
		}
		for range m.Letters {
			b.WriteRune(m.script[from.IntN(len(m.script))])
		}
	}
	return b.String()
}

func (m *maker) list(count int) string {
	var b strings.Builder
	for n := range count {
		b.WriteString(comma(n) + m.quoted(m.name()))
	}
	return "[" + b.String() + "]"
}

func (m *maker) counts(count int) string {
	var b strings.Builder
	for n := range count {
		fmt.Fprintf(&b, `%s{"label":%s,"pages":%d}`, comma(n), m.quoted(m.name()), 1+n%9)
	}
	return "[" + b.String() + "]"
}

// quoted is a text as a string of JSON.
func (m *maker) quoted(text string) string {
	raw, _ := json.Marshal(text) // a string always can be
	if !m.Escaped {
		return string(raw)
	}
	var b strings.Builder
	for _, c := range string(raw) {
		switch {
		case c < 0x80:
			b.WriteRune(c)
		case c < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			c -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		}
	}
	return b.String()
}

// Changed is the recipe with a few things changed at random.
func (r Recipe) Changed(random *rand.Rand) Recipe {
	pick := func(of ...int) int { return of[random.IntN(len(of))] }
	some := func(of ...string) string { return of[random.IntN(len(of))] }
	for range 1 + random.IntN(3) {
		switch random.IntN(16) {
		case 0:
			r.Script = some(slices.Sorted(maps.Keys(Scripts))...)
		case 1:
			r.Letters = pick(1, 2, 3, 4, 5, 6, 8, 12, 20, 63, 65, 200)
		case 2:
			r.Distinct = pick(0, 0, 500, 5000, 20_000, 60_000, 90_000)
		case 3:
			r.Between = some(Betweens...)
		case 4:
			r.Tongues = !r.Tongues
		case 5:
			r.Format, r.Markup, r.Nested = some("text", "storage", "adf", "terms"), pick(0, 1, 4, 50), random.IntN(3) == 0
		case 6:
			r.Escaped = !r.Escaped
		case 7:
			r.Page = pick(0, 10_000, 100_000, 260_000, 800_000)
		case 8:
			r.Title = pick(0, 1, 10, 50)
		case 9:
			r.Neighbours, r.Bytes = pick(50, 200, 499), pick(0, 0, 1000, 3000)
		case 10:
			r.Labels, r.Names = pick(1, 5, 20, 39), pick(0, 0, 10, 100, 1000, 10_000)
		case 11:
			r.NameWords, r.Beginning = pick(0, 1, 2, 3, 5, 10, 30), some("", "la", "label-")
		case 12:
			r.Vocabulary, r.Synonyms = pick(0, 390, 4900), pick(0, 1, 3, 10, 50)
		case 13:
			r.InUse, r.Siblings, r.Parent = pick(0, 500, 4900), pick(0, 900), pick(0, 900)
		case 14:
			r.Dismissed, r.PageLabels, r.Repeated = pick(0, 900), pick(0, 900), pick(0, 0, 50)
		case 15:
			r.Limit = pick(1, 5, 20)
		}
	}
	return r
}
