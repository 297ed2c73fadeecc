package answer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/fault"
	"labelup/internal/suggest"
	"labelup/internal/suggest/suggesttest"
)

// asStandard is a request as encoding/json reads it: what the decoder has to do.
type asStandard struct {
	ContentID string `json:"contentId"`
	Page      struct {
		Title  string        `json:"title"`
		Body   *standardBody `json:"body"`
		Labels []string      `json:"labels"`
	} `json:"page"`
	Neighbours []struct {
		ID     string         `json:"id"`
		Title  string         `json:"title"`
		Labels []string       `json:"labels"`
		Body   *standardBody  `json:"body"`
		Terms  map[string]int `json:"terms"`
	} `json:"neighbours"`
	Tree struct {
		Parent   []string        `json:"parent"`
		Siblings []standardCount `json:"siblings"`
		Of       int             `json:"of"`
	} `json:"tree"`
	Vocabulary []struct {
		Label       string   `json:"label"`
		Synonyms    []string `json:"synonyms"`
		Description string   `json:"description"`
		Group       string   `json:"group"`
		Retired     bool     `json:"retired"`
	} `json:"vocabulary"`
	InUse      []standardCount `json:"inUse"`
	OnlyListed bool            `json:"onlyListed"`
	Dismissed  []string        `json:"dismissed"`
	Refined    bool            `json:"refined"`
	Limit      int             `json:"limit"`
	Certainty  []int           `json:"certainty"`
}

type standardBody struct {
	Format string `json:"format"`
	Value  string `json:"value"`
}

type standardCount struct {
	Label string `json:"label"`
	Pages int    `json:"pages"`
}

// standard reads a body with encoding/json.
func standard(raw []byte) (*Request, string) {
	var from asStandard
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&from) != nil {
		return nil, "body_not_understood"
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, "body_has_more_than_one_value"
	}
	r := &Request{ContentID: from.ContentID, body: (*body)(nil), refined: from.Refined, certainty: from.Certainty}
	asBody := func(b *standardBody) *body {
		if b == nil {
			return nil
		}
		return &body{b.Format, b.Value}
	}
	asCounts := func(counts []standardCount) []suggest.Count {
		if counts == nil {
			return nil
		}
		all := []suggest.Count{}
		for _, c := range counts {
			all = append(all, suggest.Count(c))
		}
		return all
	}
	r.body = asBody(from.Page.Body)
	r.in = suggest.Input{
		Page: suggest.Page{Title: from.Page.Title, Labels: from.Page.Labels},
		Tree: suggest.Tree{Parent: from.Tree.Parent, Siblings: asCounts(from.Tree.Siblings), Of: from.Tree.Of}, InUse: asCounts(from.InUse),
		OnlyListed: from.OnlyListed, Dismissed: from.Dismissed, Limit: from.Limit,
	}
	if from.Vocabulary != nil {
		r.in.Vocabulary = []suggest.Term{}
	}
	for _, term := range from.Vocabulary {
		r.in.Vocabulary = append(r.in.Vocabulary, suggest.Term(term))
	}
	if from.Neighbours != nil {
		r.neighbours = []neighbour{}
	}
	for _, n := range from.Neighbours {
		r.neighbours = append(r.neighbours, neighbour{
			Neighbour: suggest.Neighbour{Page: suggest.Page{ID: n.ID, Title: n.Title, Labels: n.Labels}, Counts: n.Terms}, body: asBody(n.Body),
		})
	}
	return r, ""
}

// ours reads a body with the decoder.
func ours(raw []byte) (*Request, string) {
	d, r := decoder{raw: raw}, &Request{}
	d.request(r)
	switch {
	case d.broken:
		return nil, "body_not_understood"
	case d.more():
		return nil, "body_has_more_than_one_value"
	}
	return r, ""
}

var compared = cmp.AllowUnexported(Request{}, neighbour{}, body{})

// odd are bodies about which a reader of JSON can be of two minds.
var odd = map[string]string{
	"everything":                       suggesttest.WholeRequest,
	"nothing":                          `null`,
	"null and more":                    `nullx`,
	"an object and more":               "{} \n x",
	"whitespace around":                "\t\r\n { \"limit\" : 1 } \n",
	"whitespace that is none":          "\u00a0{}",
	"a number":                         `5`,
	"names in other cases":             `{"CONTENTID":"1","inuSe":[],"ONLYLISTED":true,"diſmiſſed":["a"],"page":{"laBels":[],"BODY":{"Format":"x"}}}`,
	"the kelvin's sign":                `{"contentId":"1","tree":{"of":3},"vocabulary":[{"label":"K"}],"\u017fearch":1}`,
	"an escaped name":                  `{"\u0063ontentId":"1"}`,
	"a dotless name":                   `{"lımit":1}`,
	"an unknown name":                  `{"contentId":"1","a":null}`,
	"an empty name":                    `{"":1}`,
	"nulls everywhere":                 `{"contentId":null,"page":{"title":null,"body":null,"labels":[null,"a"]},"neighbours":[null,{"labels":null,"terms":null,"body":null}],"tree":{"of":null,"siblings":[null]},"limit":null,"refined":null,"vocabulary":[{"retired":null}]}`,
	"a certainty":                      `{"certainty":[0,-1,2,3,4,5,6,7,8],"CERTAINTY":[1,null]}`,
	"a certainty in fractions":         `{"certainty":[0,0.5]}`,
	"a null for a word":                `{"neighbours":[{"terms":{"a":null,"b":2}}]}`,
	"an object that comes twice":       `{"page":{"title":"a","labels":["x"]},"page":{"labels":["y"]},"page":null}`,
	"a body that comes twice":          `{"page":{"body":{"format":"adf"},"body":{"value":"x"}}}`,
	"a body taken back":                `{"page":{"body":{"format":"adf"},"body":null,"body":{"value":"x"}}}`,
	"words that come twice":            `{"neighbours":[{"terms":{"a":1,"a":2},"terms":{"b":3}}]}`,
	"a list that comes twice":          `{"neighbours":[{"id":"1","labels":["a","b"]},{"id":"2"}],"neighbours":[{"title":"x","labels":[null]}]}`,
	"a list that was longer before":    `{"neighbours":[{"id":"1"},{"id":"2"},{"id":"3"}],"neighbours":[{}],"neighbours":[{},{},{},{},{}]}`,
	"a list that was taken back":       `{"dismissed":["a","b"],"dismissed":[],"dismissed":[null,null]}`,
	"a list that was null":             `{"dismissed":["a","b"],"dismissed":null,"dismissed":[null,null]}`,
	"a fraction":                       `{"limit":1.0}`,
	"an exponent":                      `{"limit":1e1}`,
	"a minus":                          `{"limit":-0,"tree":{"of":-12}}`,
	"a minus alone":                    `{"limit":-}`,
	"a plus":                           `{"limit":+1}`,
	"a leading nought":                 `{"limit":01}`,
	"a number in quotes":               `{"limit":"1"}`,
	"the largest number":               `{"limit":9223372036854775807}`,
	"a larger number":                  `{"limit":9223372036854775808}`,
	"the least number":                 `{"limit":-9223372036854775808}`,
	"every escape":                     `{"contentId":"\"\\\/\b\f\n\r\t\u00e4\u4E2d"}`,
	"an escape that is none":           `{"contentId":"\a"}`,
	"a quote escaped as in JavaScript": `{"contentId":"\'"}`,
	"digits that are none":             `{"contentId":"\u00g0"}`,
	"half an escape":                   `{"contentId":"\u00`,
	"a backslash at the end":           `{"contentId":"\`,
	"a pair of surrogates":             `{"contentId":"\ud83d\ude00"}`,
	"halves of pairs":                  `{"contentId":"\ud83dx\ud83d\u0041\ud83d\ud83d\ude00\ude00\ud83d\n"}`,
	"half a pair and half an escape":   `{"contentId":"\ud83d\u00"}`,
	"a control character":              "{\"contentId\":\"a\nb\"}",
	"a control character after escape": "{\"contentId\":\"\\n\x01\"}",
	"a nought byte":                    "{\"limit\":1}\x00",
	"the last control character":       "{\"contentId\":\"\x7f\"}",
	"a comma too many":                 `{"limit":1,}`,
	"a comma too many in a list":       `{"dismissed":["a",]}`,
	"a comma too few":                  `{"limit":1"refined":true}`,
	"a list that does not end":         `{"dismissed":["a"`,
	"a colon too few":                  `{"limit" 1}`,
	"a list for an object":             `{"page":[]}`,
	"an object for a list":             `{"neighbours":{}}`,
	"a list at the top":                `[]`,
	"a truth that goes on":             `{"refined":truex}`,
	"a truth in quotes":                `{"refined":"true"}`,
	"a truth in capitals":              `{"refined":True}`,
	"half a null":                      `{"refined":nul}`,
	"a comment":                        `{/**/}`,
	"a byte order mark":                "\ufeff{}",
	"empty":                            ``,
}

func TestABodyIsReadAsByEncodingJSON(t *testing.T) {
	for name, raw := range odd {
		t.Run(name, func(t *testing.T) { checkRead(t, raw) })
	}
}

func checkRead(t *testing.T, raw string) {
	t.Helper()
	want, refused := standard([]byte(raw))
	got, why := ours([]byte(raw))
	if why != refused {
		t.Fatalf("refused as %q, by encoding/json as %q: %s", why, refused, raw)
	}
	if diff := cmp.Diff(want, got, compared); diff != "" {
		t.Errorf("it differs (-encoding/json +ours):\n%s", diff)
	}
}

func FuzzRead(f *testing.F) {
	for _, raw := range odd {
		f.Add(raw)
	}
	f.Add(`{"page":{"title":"\\\"[{,"},"neighbours":[{"terms":{"a":1}},null],"limit":20}`)
	f.Add(`]]]]{"contentId":"`)
	f.Fuzz(func(t *testing.T, raw string) {
		request, err := read(raw)
		if _, unshaped := Shape([]byte(raw)); unshaped == nil {
			checkRead(t, raw)
		}
		if err != nil {
			if kind := fault.Of(err).Kind; kind != fault.BadRequest && kind != fault.TooLarge {
				t.Errorf("refused as %v", err)
			}
			return
		}
		in, err := request.input()
		if err != nil {
			return
		}
		for _, list := range [][]suggest.Count{in.InUse, in.Tree.Siblings} {
			for _, c := range list {
				if c.Pages < 0 {
					t.Errorf("a label is on %d pages", c.Pages)
				}
			}
		}
		if in.Limit < 0 || in.Limit > maxLimit {
			t.Errorf("limit %d", in.Limit)
		}
		if c := in.Certainty; c != nil {
			if c.Situation < 0 || int(c.Situation) >= len(suggest.SituationNames) {
				t.Errorf("situation %d", c.Situation)
			}
			for _, weight := range c.Weights {
				if !(math.Abs(weight) <= suggest.MostWeight) {
					t.Errorf("weight %v", weight)
				}
			}
		}
	})
}
