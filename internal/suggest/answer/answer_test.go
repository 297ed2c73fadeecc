package answer

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/fault"
	"labelup/internal/pagetext"
	"labelup/internal/suggest"
	"labelup/internal/suggest/suggesttest"
)

// reference is an answer as encoding/json writes it.
type reference struct {
	Suggestions []referenceSuggestion `json:"suggestions"`
	Removals    []referenceRemoval    `json:"removals"`
	Nothing     suggest.Nothing       `json:"nothing,omitempty"`
	Truncated   bool                  `json:"truncated"`
	Search      string                `json:"search,omitempty"`
	Certainty   []int                 `json:"certainty,omitempty"`
	RequestID   string                `json:"requestId"`
}

type referenceSuggestion struct {
	Label   string            `json:"label"`
	Ticked  bool              `json:"ticked"`
	New     bool              `json:"new"`
	Guess   bool              `json:"guess"`
	Reasons []referenceReason `json:"reasons"`
}

type referenceReason struct {
	Kind  suggest.Kind    `json:"kind"`
	Text  string          `json:"text,omitempty"`
	Where string          `json:"where,omitempty"`
	Count int             `json:"count,omitempty"`
	Of    int             `json:"of,omitempty"`
	Words []string        `json:"words,omitempty"`
	Pages []referencePage `json:"pages,omitempty"`
}

type referencePage struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type referenceRemoval struct {
	Label string `json:"label"`
}

// everything is an answer of the engine with every kind of reason in it.
var everything = suggest.Answer{
	Suggestions: []suggest.Suggestion{
		{Label: "Accessibility", Score: 0.91234, Ticked: true, Reasons: []suggest.Reason{
			{Kind: suggest.InTitle, Text: "Accessibility testing"},
			{Kind: suggest.InHeading, Text: "Accessible", Where: "Accessible forms & tables"},
			{Kind: suggest.InText, Text: "accessibility", Count: 4},
			{Kind: suggest.Synonym, Text: "a11y", Count: 2},
			{Kind: suggest.Similar, Count: 12, Of: 15, Pages: []suggest.Reference{{ID: "1", Title: "Screen <readers>"}}},
			{Kind: suggest.Profile, Words: []string{"screen reader", "contrast"}},
			{Kind: suggest.Parent},
			{Kind: suggest.Siblings, Count: 3, Of: 7},
		}},
		{Label: "Keyboard Trap", Score: 0.4, New: true, Reasons: []suggest.Reason{{Kind: suggest.Phrase, Text: "keyboard trap", Count: 3}}},
		{Label: "handbook", Score: 0.05, Guess: true, Reasons: []suggest.Reason{{Kind: suggest.Parent}}},
	},
	Removals: []suggest.Removal{{Label: "minutes", Score: 0.9}},
	Search:   []string{"keyboard", "contrast"},
	Certainty: &suggest.Certainty{
		Situation: suggest.BySearch,
		Weights:   suggest.Features{2.2904, -0.0001, suggest.MostWeight, -suggest.MostWeight, 0, 1.1, -0.1806, -4.9875},
	},
}

func TestAnAnswerIsWhatEncodingJSONWrites(t *testing.T) {
	_, out := answered(t, suggesttest.WholeRequest, everything)
	want := reference{Removals: []referenceRemoval{{"minutes"}}, RequestID: "id-1", Search: `space = "DS" and type in (page, blogpost) and id != 123 and (` +
		`title ~ "keyboard" or text ~ "keyboard" or title ~ "contrast" or text ~ "contrast" or label = "testing")`}
	want.Certainty = []int{1, 22904, -1, 1_000_000, -1_000_000, 0, 11000, -1806, -49875}
	for _, s := range everything.Suggestions {
		one := referenceSuggestion{Label: s.Label, Ticked: s.Ticked, New: s.New, Guess: s.Guess}
		if s.New {
			one.Label = "keyboard-trap"
		}
		for _, r := range s.Reasons {
			reason := referenceReason{Kind: r.Kind, Text: r.Text, Where: r.Where, Count: r.Count, Of: r.Of, Words: r.Words}
			for _, p := range r.Pages {
				reason.Pages = append(reason.Pages, referencePage(p))
			}
			one.Reasons = append(one.Reasons, reason)
		}
		want.Suggestions = append(want.Suggestions, one)
	}
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(raw)+"\n", out); diff != "" {
		t.Errorf("answer differs (-want +got):\n%s", diff)
	}
}

func TestAnAnswerWithNothingInItHasNoNull(t *testing.T) {
	_, out := answered(t, `{"contentId":"123"}`, suggest.Answer{Nothing: suggest.TooShort})
	want := `{"suggestions":[],"removals":[],"nothing":"too_short","truncated":false,"requestId":"id-1"}` + "\n"
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("answered (-want +got):\n%s", diff)
	}
}

func TestTheCertaintyOfAnAnswerIsReadAsItWas(t *testing.T) {
	_, out := answered(t, suggesttest.WholeRequest, everything)
	var got reference
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	sent, err := json.Marshal(got.Certainty)
	if err != nil {
		t.Fatal(err)
	}
	in, _ := answered(t, `{"contentId":"123","certainty":`+string(sent)+`}`, suggest.Answer{})
	if diff := cmp.Diff(everything.Certainty, in.Certainty); diff != "" {
		t.Errorf("certainty differs (-want +got):\n%s", diff)
	}
}

func TestOnlyNamesThatConfluenceCanHoldAreSuggested(t *testing.T) {
	reasons := []suggest.Reason{{Kind: suggest.Parent}}
	tests := map[string]struct {
		label string
		isNew bool
		want  string
	}{
		"one in use stays as it is spelled":      {"Team_RED", false, "Team_RED"},
		"one in use that cannot be":              {"what is this?", false, ""},
		"one in use that is longer than can be":  {strings.Repeat("a", 256), false, ""},
		"a new one is spelled as it is written":  {"Team Red", true, "team-red"},
		"a new one with a forbidden character":   {"what?", true, ""},
		"a new one that nobody could see":        {"\u200b", true, ""},
		"a new one that is the page's already":   {"Testing", true, ""},
		"one in use that is the page's already":  {"testing", false, ""},
		"a new one that another name turns into": {"twice Over", true, "twice-over"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			suggested := suggest.Suggestion{Label: test.label, New: test.isNew, Reasons: reasons}
			_, out := answered(t, suggesttest.WholeRequest, suggest.Answer{Suggestions: []suggest.Suggestion{suggested, suggested}})
			var got reference
			if err := json.Unmarshal([]byte(out), &got); err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, s := range got.Suggestions {
				names = append(names, s.Label)
			}
			if test.want == "" {
				if len(names) != 0 || got.Nothing != suggest.NoneFits {
					t.Errorf("suggested %v, nothing is %q", names, got.Nothing)
				}
			} else if diff := cmp.Diff([]string{test.want}, names); diff != "" || got.Nothing != "" {
				t.Errorf("nothing is %q, labels differ (-want +got):\n%s", got.Nothing, diff)
			}
		})
	}
}

func TestAPageThatIsTooLongToReadIsSaidToBe(t *testing.T) {
	for length, want := range map[int]bool{1000: false, pagetext.DefaultLimits.Text + 1: true} {
		body := strings.Repeat("tea ", length/4+1)
		_, out := answered(t, `{"contentId":"123","page":{"body":{"format":"text","value":"`+body+`"}}}`, suggest.Answer{})
		if got := strings.Contains(out, `"truncated":true`); got != want {
			t.Errorf("%d bytes: answered %s", length, out)
		}
	}
}

func TestAProblemHasItsKindAndReason(t *testing.T) {
	got := string(Problem(fault.New(fault.TooLarge, "body_too_large")))
	want := `{"error":{"kind":"too_large","reason":"body_too_large"}}` + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problem differs (-want +got):\n%s", diff)
	}
}

func TestEveryCharacterIsWrittenAsEncodingJSONDoes(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		checkWritten(t, string(r))
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add("\xff\ufffd\xef\xbf</script>\u2028\\\"\x7f\x00")
	f.Fuzz(checkWritten)
}

func checkWritten(t *testing.T, text string) {
	want, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := appendString(nil, text); string(got) != string(want) {
		t.Errorf("%q is written %s, want %s", text, got, want)
	}
}
