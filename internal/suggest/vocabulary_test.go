package suggest

import (
	"slices"
	"strings"
	"testing"
)

func brewing() Page {
	return Page{Title: "Green tea for the office", Body: markdown("Green tea is brewed at eighty degrees. The kettle has a setting for it. " +
		"Rinse the pot, put in the leaves, wait two minutes and pour. Descale the kettle once a month, and note it in the hygiene log beside the sink. " +
		"When the leaves are old, the brew turns bitter, so brew it with fresh leaves.")}
}

// others are descriptions of which the page has nothing or a single common word.
func others() []Term {
	return []Term{
		{Label: "payroll", Description: "Salaries, payslips and what the tax office wants to know"},
		{Label: "travel", Description: "Trains, hotels and meals of people on the way"},
		{Label: "recruiting", Description: "Job adverts, interviews and first days"},
		{Label: "security", Description: "Passwords, badges and what to do when one is lost"},
	}
}

func TestADescriptionSpeaksForALabel(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, description string
		want              bool
	}{
		{"with several rare words of the page", "How leaves are brewed, and how a kettle is descaled", true},
		{"with words of it in another form", "Brewing, descaling and rinsing", true},
		{"not with one word", "Everything about the kettle", false},
		{"not with words that say nothing", "This is for what it is and when it has to be", false},
		{"not with words that the page has not", "Beans, grinders and filters", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := Input{Page: brewing(), Vocabulary: append(others(), Term{Label: "pantry", Description: test.description}), OnlyListed: true}
			answer := Suggest(in)
			at := slices.IndexFunc(answer.Suggestions, func(s Suggestion) bool { return s.Label == "pantry" })
			if (at >= 0) != test.want {
				t.Fatalf("suggested %v, want pantry among them: %v", answer.Suggestions, test.want)
			}
			for _, wrong := range broken(in, answer) {
				t.Error(wrong)
			}
			if at < 0 {
				return
			}
			if s := answer.Suggestions[at]; s.Ticked || s.Reasons[0].Kind != Description {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestADescriptionThatAllLabelsHaveTellsNothingApart(t *testing.T) {
	t.Parallel()
	in := Input{Page: brewing(), OnlyListed: true}
	for _, label := range []string{"payroll", "travel", "recruiting", "security", "pantry", "events"} {
		in.Vocabulary = append(in.Vocabulary, Term{Label: label, Description: "Leaves, kettles and the brew"})
	}
	if answer := Suggest(in); len(answer.Suggestions) > 0 {
		t.Errorf("suggested %v", answer.Suggestions)
	}
}

func TestAGroupOnThePageSpeaksALittleForItsMembers(t *testing.T) {
	t.Parallel()
	score := func(group string) float64 {
		for _, e := range Suggest(Input{Page: brewing(), Vocabulary: []Term{{Label: "hygiene", Group: group}, {Label: "sauna", Group: group}}, OnlyListed: true, Unlikely: true}).Suggestions {
			switch e.Label {
			case "hygiene":
				return e.Score
			case "sauna":
				t.Error("a label of which the page has nothing is suggested")
			}
		}
		return 0
	}
	with, without := score("office"), score("factory")
	if with <= without || with-without > 0.15 {
		t.Errorf("%v with the group on the page, %v without", with, without)
	}
}

func TestATickByNameAlone(t *testing.T) {
	t.Parallel()
	text := "## %s\n\n%s is what we speak of. %s comes first, %s comes last. We like %s, and %s it is. %s again, and then %s." + strings.Repeat(" Once more %s.", 16)
	page := func(title, name string) Page {
		body := text
		for range 24 {
			body = strings.Replace(body, "%s", name, 1)
		}
		return Page{Title: title, Body: markdown(body)}
	}
	for _, test := range []struct {
		name   string
		page   Page
		labels []string
		want   bool
	}{
		{"as the title begins with it", page("Kubernetes notes", "Kubernetes"), []string{"kubernetes", "travel"}, true},
		{"as the title begins with a synonym, though the text has the name", page("K8s notes", "Kubernetes"), []string{"kubernetes", "travel"}, true},
		{"of several words, wherever the title has it", page("Notes on load balancing", "Load balancing"), []string{"load-balancing", "travel"}, true},
		{"not of one word that the title does not begin with", page("Notes on kubernetes", "Kubernetes"), []string{"kubernetes", "travel"}, false},
		{"not in another form", page("Interviews", "Interviews"), []string{"interviewing", "travel"}, false},
		{"not if it is a word of another label", page("Workshops", "Workshops"), []string{"workshops", "online-workshop"}, false},
		{"not in a title that names much", page("Kubernetes, and what we have learned about it this year", "Kubernetes"), []string{"kubernetes", "travel"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			vocabulary := listed(test.labels...)
			vocabulary[0].Synonyms = []string{"K8s"}
			answer := Suggest(Input{Page: test.page, Vocabulary: vocabulary, OnlyListed: true})
			if len(answer.Suggestions) == 0 || answer.Suggestions[0].Ticked != test.want {
				t.Errorf("%+v, want a tick: %v", answer.Suggestions, test.want)
			}
		})
	}
}
