package answer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/fault"
	"labelup/internal/pagetext"
	"labelup/internal/suggest"
	"labelup/internal/suggest/suggesttest"
)

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
	got, _ := answered(t, suggesttest.WholeRequest, suggest.Answer{})
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

// What else is refused is in handlers/testdata/contract/suggest.json.
func TestBrokenCharactersAreRefused(t *testing.T) {
	_, err := read("{\"contentId\":\"123\",\"dismissed\":[\"\xff\"]}")
	if f := fault.Of(err); f.Kind != fault.BadRequest || f.Reason != "body_not_understood" {
		t.Errorf("refused as %v", err)
	}
}
