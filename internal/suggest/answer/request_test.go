package answer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/fault"
	"labelup/internal/pagetext"
	"labelup/internal/suggest"
)

// wholeRequest has every field that a request may have.
const wholeRequest = `{
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

// read reads a body as the service does, its shape first.
func read(raw string) (*Request, error) {
	if _, err := Shape([]byte(raw)); err != nil {
		return nil, err
	}
	return Read([]byte(raw))
}

// answered is the answer to a body with what found has the engine find.
func answered(t *testing.T, raw string, found suggest.Answer) (suggest.Input, string) {
	t.Helper()
	request, err := read(raw)
	if err != nil {
		t.Fatal(err)
	}
	var got suggest.Input
	out, err := request.Answer(func(in suggest.Input) suggest.Answer { got = in; return found }, "DS", "id-1")
	if err != nil {
		t.Fatal(err)
	}
	return got, string(out)
}

func TestTheEngineGetsWhatTheRequestHas(t *testing.T) {
	got, _ := answered(t, wholeRequest, suggest.Answer{})
	text := func(s string) pagetext.Text { return pagetext.Plain(s, pagetext.DefaultLimits) }
	want := suggest.Input{
		Page: suggest.Page{
			ID: "123", Title: "Accessibility testing", Body: text("Test with a keyboard."), Labels: []string{"testing"},
		},
		Neighbours: []suggest.Neighbour{
			{Page: suggest.Page{ID: "1", Title: "Screen readers", Body: text("Read aloud."), Labels: []string{"a11y"}}},
			{Page: suggest.Page{ID: "2", Title: "Contrast", Labels: []string{"a11y", "design"}}, Counts: map[string]int{"contrast": 3, "ease": 3, "colour": -1}},
		},
		Tree:       suggest.Tree{Parent: []string{"handbook"}, Siblings: []suggest.Count{{Label: "a11y", Pages: 3}}, Of: 7},
		Vocabulary: []suggest.Term{{Label: "a11y", Synonyms: []string{"accessibility"}, Description: "Who can use it"}},
		InUse:      []suggest.Count{{Label: "a11y", Pages: 4}, {Label: "odd", Pages: 0}},
		Dismissed:  []string{"design"},
		OnlyListed: true,
		Limit:      7,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("input differs (-want +got):\n%s", diff)
	}
}

func list(count int, item string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(item+",", count), ",") + "]"
}

// whole is a body with one more field.
func whole(field string) string { return `{"contentId":"123",` + field + `}` }

func TestARefusedBodySaysWhy(t *testing.T) {
	long := `"` + strings.Repeat("a", maxName+1) + `"`
	tests := map[string]struct {
		body   string
		kind   fault.Kind
		reason string
	}{
		"broken characters":                               {"{\"contentId\":\"123\",\"dismissed\":[\"\xff\"]}", fault.BadRequest, "body_not_understood"},
		"an unknown field":                                {whole(`"labels":[]`), fault.BadRequest, "body_not_understood"},
		"an unknown field inside":                         {whole(`"neighbours":[{"text":""}]`), fault.BadRequest, "body_not_understood"},
		"a field of another type":                         {`{"contentId":123}`, fault.BadRequest, "body_not_understood"},
		"two values":                                      {`{"contentId":"123"}{}`, fault.BadRequest, "body_has_more_than_one_value"},
		"deeper than any field":                           {whole(`"page":` + strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)), fault.BadRequest, "body_too_deep"},
		"a format nobody knows":                           {whole(`"page":{"body":{"format":"wiki","value":"x"}}`), fault.BadRequest, "body_format_unknown"},
		"a body without format":                           {whole(`"page":{"body":{"value":"x"}}`), fault.BadRequest, "body_format_unknown"},
		"a neighbour's format":                            {whole(`"neighbours":[{"body":{"format":"html","value":"x"}}]`), fault.BadRequest, "body_format_unknown"},
		"more than can be asked":                          {whole(`"limit":21`), fault.BadRequest, "limit_out_of_range"},
		"fewer than none":                                 {whole(`"limit":-1`), fault.BadRequest, "limit_out_of_range"},
		"too much vocabulary":                             {whole(`"vocabulary":` + list(maxEntries+1, `{}`)), fault.TooLarge, "too_many_entries"},
		"the same behind a text that ends in a backslash": {whole(`"page":{"title":"\\"},"vocabulary":` + list(maxEntries+1, `{}`)), fault.TooLarge, "too_many_entries"},
		"too many labels in use":                          {whole(`"inUse":` + list(maxEntries+1, `{}`)), fault.TooLarge, "too_many_entries"},
		"too many siblings":                               {whole(`"tree":{"siblings":` + list(1001, `{}`) + `}`), fault.TooLarge, "too_many_siblings"},
		"too many dismissed":                              {whole(`"dismissed":` + list(1001, `"a"`)), fault.TooLarge, "too_many_dismissed"},
		"too many labels":                                 {whole(`"page":{"labels":` + list(1001, `"a"`) + `}`), fault.TooLarge, "too_many_labels"},
		"a parent with too many":                          {whole(`"tree":{"parent":` + list(1001, `"a"`) + `}`), fault.TooLarge, "too_many_labels"},
		"a neighbour with as many":                        {whole(`"neighbours":[{"labels":` + list(1001, `"a"`) + `}]`), fault.TooLarge, "too_many_labels"},
		"too many synonyms":                               {whole(`"vocabulary":[{"synonyms":` + list(51, `"a"`) + `}]`), fault.TooLarge, "too_many_synonyms"},
		"too many labels of all":                          {whole(`"neighbours":` + list(41, `{"labels":`+list(500, `"a"`)+`}`)), fault.TooLarge, "too_many_names"},
		"too many synonyms of all":                        {whole(`"vocabulary":` + list(401, `{"synonyms":`+list(50, `"a"`)+`}`)), fault.TooLarge, "too_many_names"},
		"too many of everything":                          {whole(`"neighbours":` + list(400, `{"labels":`+list(700, `"a"`)+`}`)), fault.TooLarge, "too_many_values"},
		"a long title":                                    {whole(`"page":{"title":` + long + `}`), fault.TooLarge, "text_too_long"},
		"a long label":                                    {whole(`"page":{"labels":[` + long + `]}`), fault.TooLarge, "text_too_long"},
		"a neighbour's long label":                        {whole(`"neighbours":[{"labels":[` + long + `]}]`), fault.TooLarge, "text_too_long"},
		"a neighbour's long id":                           {whole(`"neighbours":[{"id":` + long + `}]`), fault.TooLarge, "text_too_long"},
		"a neighbour's long word":                         {whole(`"neighbours":[{"terms":{` + long + `:1}}]`), fault.TooLarge, "text_too_long"},
		"a parent's long label":                           {whole(`"tree":{"parent":[` + long + `]}`), fault.TooLarge, "text_too_long"},
		"a sibling's long label":                          {whole(`"tree":{"siblings":[{"label":` + long + `}]}`), fault.TooLarge, "text_too_long"},
		"a long label in use":                             {whole(`"inUse":[{"label":` + long + `}]`), fault.TooLarge, "text_too_long"},
		"a long dismissed label":                          {whole(`"dismissed":[` + long + `]`), fault.TooLarge, "text_too_long"},
		"a long listed label":                             {whole(`"vocabulary":[{"label":` + long + `}]`), fault.TooLarge, "text_too_long"},
		"a long synonym":                                  {whole(`"vocabulary":[{"synonyms":[` + long + `]}]`), fault.TooLarge, "text_too_long"},
		"a long description":                              {whole(`"vocabulary":[{"description":"` + strings.Repeat("a", maxDescription+1) + `"}]`), fault.TooLarge, "text_too_long"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request, err := read(test.body)
			if err == nil {
				_, err = request.Answer(func(suggest.Input) suggest.Answer { t.Error("the engine was asked"); return suggest.Answer{} }, "", "")
			}
			if err == nil {
				t.Fatal("it was answered")
			}
			if f := fault.Of(err); f.Kind != test.kind || f.Reason != test.reason {
				t.Errorf("refused as %v, want %s: %s", err, test.kind, test.reason)
			}
		})
	}
}

func TestAsMuchAsThePanelSendsIsTaken(t *testing.T) {
	tests := map[string]string{
		"all neighbours":              whole(`"neighbours":` + list(maxNeighbours, `{}`)),
		"all vocabulary":              whole(`"vocabulary":` + list(maxEntries, `{}`)),
		"all labels in use":           whole(`"inUse":` + list(maxEntries, `{}`)),
		"all siblings":                whole(`"tree":{"siblings":` + list(maxSiblings, `{}`) + `}`),
		"all dismissed":               whole(`"dismissed":` + list(maxDismissed, `"a"`)),
		"all labels":                  whole(`"page":{"labels":` + list(maxLabels, `"a"`) + `}`),
		"all synonyms":                whole(`"vocabulary":[{"synonyms":` + list(maxSynonyms, `"a"`) + `}]`),
		"the longest title":           whole(`"page":{"title":"` + strings.Repeat("a", maxName) + `"}`),
		"the longest description":     whole(`"vocabulary":[{"description":"` + strings.Repeat("a", maxDescription) + `"}]`),
		"the most that can be asked":  whole(`"limit":20`),
		"brackets and commas in text": whole(`"page":{"title":"` + strings.Repeat("[{,", 300) + `\"` + `"}`),
		"a body without a value":      whole(`"page":{"body":{"format":"adf"}}`),
		"half a surrogate pair":       whole(`"page":{"title":"\ud83d"}`),
		"nulls":                       whole(`"page":null,"neighbours":null,"tree":null,"dismissed":null`),
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) { answered(t, body, suggest.Answer{}) })
	}
}
