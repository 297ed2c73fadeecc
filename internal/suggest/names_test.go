package suggest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/pagetext"
)

// isNamed reports whether the name of a label of which no neighbour knows was
// found on a page, all of it in one place.
func isNamed(page Page, term Term) bool {
	for _, e := range Examine(Input{Page: page, Vocabulary: []Term{term}}) {
		if e.Label == term.Label {
			return e.Features[wholeFeature] > 0
		}
	}
	return false
}

func TestANameIsFoundOnAPage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, label, text string }{
		{"as it is", "accessibility", "We test for accessibility first."},
		{"whatever the case", "accessibility", "We test for ACCESSIBILITY first."},
		{"in another form", "interview", "There were interviews about that."},
		{"in a longer form than the label's", "hiring", "They hire people there."},
		{"a label that is a plural", "releases", "There was a release then."},
		{"a label in a form with a doubled letter", "logging", "They keep a log there."},
		{"a label in a longer form with a doubled letter", "mappings", "They keep a map there."},
		{"in British and American spelling", "organisation", "It is an organization."},
		{"with spaces for hyphens", "user-research", "There was user research then."},
		{"with hyphens for hyphens", "user-research", "There was user-research then."},
		{"with underscores for hyphens", "user-research", "There was user_research then."},
		{"with hyphens for underscores", "user_research", "There was user-research then."},
		{"with hyphens for spaces", "user research", "There was user-research then."},
		{"run together in camel case", "user-research", "There was userResearch then."},
		{"run together with both capitals", "user-research", "There was UserResearch then."},
		{"run together in one short word", "dev-ops", "There was DevOps then."},
		{"run together where the label has a hyphen", "on-boarding", "There was onboarding then."},
		{"with a hyphen where the label has none", "onboarding", "There was on-boarding then."},
		{"of a person with an apostrophe", "oreilly", "There was O'Reilly then."},
		{"e-mail for email", "email", "They sent e-mails then."},
		{"email for e-mail", "e-mail", "They sent an email then."},
		{"as an acronym of the label", "general-services-administration", "They work at the GSA there."},
		{"as what the label is the acronym of", "gsa", "They work at General Services Administration there."},
		{"as what the label is the acronym of, with an article", "gsa", "It was good. The General Services Administration is there."},
		{"as an acronym that counts the small words", "freedom-of-information-act", "They had requests under FOIA then."},
		{"as an acronym that does not", "department-of-justice-office", "They work at the DJO there."},
		{"as what an acronym with a small word stands for", "foia", "It is in the Freedom of Information Act of the land."},
		{"an acronym in the plural", "api", "There are APIs for that."},
		{"with the apostrophe that says whose", "users", "It is the user's."},
		{"with a dot in it", "fec.gov", "They redesigned FEC.gov then."},
		{"with an abbreviation in it", "u.s. digital service", "They met the U.S. Digital Service there."},
		{"with a number in it", "v2.1", "They shipped v2.1 then."},
		{"with an ampersand in it", "r&d", "They do R&D there."},
		{"of a programming language", "c++", "They wrote C++ there."},
		{"of one letter", "r", "They wrote R there."},
		{"with an accent that the label has not", "reunion", "Il y a une réunion là."},
		{"without an accent that the label has", "réunion", "Il y a une reunion là."},
		{"composed of other code points", "caf\u00e9", "There is a cafe\u0301 there."},
		{"in the German plural", "sicherheitsrichtlinie", "Das sind die Sicherheitsrichtlinien für alle, und sie sind nicht neu."},
		{"in the German plural with an umlaut", "krankenhaus", "Das sind die Krankenhäuser für alle, und sie sind nicht neu."},
		{"in German with ue for ü", "pruefung", "Das ist die Prüfung für alle, und sie ist nicht neu."},
		{"in German with ü for ue", "prüfung", "Das ist die Pruefung für alle, und sie ist nicht neu."},
		{"in German, beginning with an umlaut", "uebersicht", "Das ist die Übersicht für alle, und sie ist nicht neu."},
		{"in German with ss for ß", "strasse", "Das ist die Straße für alle, und sie ist nicht neu."},
		{"in Chinese", "用户研究", "本次用户研究的报告已经完成。"},
		{"in Japanese", "ユーザー調査", "今回のユーザー調査を報告する。"},
		{"in Korean", "보안정책", "이것은 보안정책을 설명합니다."},
		{"in Chinese in an English page", "安全", "They call it 安全 there, and it is what it is."},
		{"in Arabic", "الأمان", "هذا دليل الأمان في الشركة."},
		{"in Hebrew", "אבטחה", "זה מדריך אבטחה של החברה."},
		{"in Russian in a language without stems", "безопасность", "Это безопасность для всех."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			page := Page{Title: "Weekly", Body: markdown(test.text)}
			if !isNamed(page, Term{Label: test.label}) {
				t.Errorf("%q is not found in %q", test.label, test.text)
			}
			if !isNamed(page, Term{Label: "unheard-of", Synonyms: []string{test.label}}) {
				t.Errorf("%q is not found in %q as a synonym", test.label, test.text)
			}
			if capitals := strings.ToUpper(test.label); !isNamed(page, Term{Label: "unheard-of", Synonyms: []string{capitals}}) {
				t.Errorf("%q is not found in %q as a synonym", capitals, test.text)
			}
			if !isNamed(Page{Title: test.text}, Term{Label: test.label}) {
				t.Errorf("%q is not found in the title %q", test.label, test.text)
			}
		})
	}
}

func TestANameIsNotFoundOnAPage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, label, text string }{
		{"that has only its beginning", "user-research", "There was a user then."},
		{"that has its words apart", "user-research", "The user was there for the research."},
		{"that has its words in another order", "user-research", "The research user was there."},
		{"that has its words in two sentences", "user-research", "It is the user. Research came then."},
		{"that has a word which only begins like it", "art", "The article was there."},
		{"that has a word which only ends like it", "port", "The report was there."},
		{"that has other initials", "gsa", "They work at General Motors Company there."},
		{"that has the initials in small letters", "gsa", "They are great small animals there."},
		{"that has another number", "2025", "It was in 2026."},
		{"that has another character of two", "安全", "他们很安静。"},
		{"that says us and means no country", "us", "They told us of it."},
		{"that says it and means no department", "it", "They said that it was there."},
		{"that has an apostrophe in it", "shell", "It is what she'll do."},
		{"that has a round apostrophe in it", "well", "They say that we’ll see it."},
		{"that has an apostrophe of another alphabet in it", "shell", "It is what sheʼll do."},
		{"that has a wide apostrophe in it", "im", "It is what I＇m there for."},
		{"that has an apostrophe after an article", "dart", "C'est un musée d'art, et il est dans la ville."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			page := Page{Title: "Weekly", Body: markdown(test.text)}
			if isNamed(page, Term{Label: test.label}) {
				t.Errorf("%q is found in %q", test.label, test.text)
			}
			for _, synonym := range []string{test.label, strings.ToUpper(test.label)} {
				if isNamed(page, Term{Label: "unheard-of", Synonyms: []string{synonym}}) {
					t.Errorf("%q is found in %q as a synonym", synonym, test.text)
				}
			}
			if isNamed(Page{Title: test.text}, Term{Label: test.label}) {
				t.Errorf("%q is found in the title %q", test.label, test.text)
			}
		})
	}
}

func TestANameIsFoundWhereverItStands(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		page        Page
		kind        Kind
		text, where string
		count       int
	}{
		{"in the title", Page{Title: "How Release notes are made", Body: markdown(chat)}, InTitle, "Release notes", "", 0},
		{"in a heading", Page{Title: "Weekly", Body: markdown("## About the release notes\n\n" + chat + "The release notes and the release notes.")}, InHeading, "release notes", "About the release notes", 0},
		{"in a subheading", Page{Title: "Weekly", Body: markdown("#### About the release notes\n\n" + chat + "The release notes and the release notes.")}, InHeading, "release notes", "About the release notes", 0},
		{"in the text", Page{Title: "Weekly", Body: markdown(chat + "The release notes. Every Release-Note. A release note.")}, InText, "release notes", "", 3},
		{"in bold", Page{Title: "Weekly", Body: markdown(chat + "The **release notes** are, and **release notes** were, and release notes will be.")}, InText, "release notes", "", 3},
		{"in a panel", Page{Title: "Weekly", Body: pagetext.Text{Blocks: []pagetext.Block{{Text: chat}, {Kind: pagetext.Panel, Text: "Release notes, release notes and release notes."}}}}, InText, "Release notes", "", 3},
		{"in the head of a table", Page{Title: "Weekly", Body: pagetext.Text{Blocks: []pagetext.Block{{Text: chat}, {Kind: pagetext.TableHead, Text: "Release notes, release notes and release notes."}}}}, InText, "Release notes", "", 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := suggestionOf(t, Suggest(Input{Page: test.page, Vocabulary: listed("release-note", "accounting")}), "release-note")
			r := reasonOf(t, s, test.kind)
			if r.Text != test.text || r.Where != test.where || r.Count != test.count {
				t.Errorf("the reason is %+v", r)
			}
		})
	}
}

func TestASynonymIsAReasonForThePreferredLabel(t *testing.T) {
	t.Parallel()
	s := suggestionOf(t, Suggest(Input{
		Page:       Page{Title: "Weekly", Body: markdown(chat + "The clusters of K8s are new. K8s it is, and k8s it was.")},
		Vocabulary: []Term{{Label: "kubernetes", Synonyms: []string{"container-platform", "k8s"}}, {Label: "accounting"}},
	}), "kubernetes")
	if r := reasonOf(t, s, Synonym); r.Text != "K8s" || r.Count != 3 {
		t.Errorf("the reason is %+v", r)
	}
}

func TestAPlaceCountsOnceHoweverManySynonymsItHas(t *testing.T) {
	t.Parallel()
	page := Page{Title: "Release notes", Body: markdown(chat + "The release notes are new, and release notes they are. We like release notes.")}
	suggested := func(synonyms ...string) Suggestion {
		return suggestionOf(t, Suggest(Input{Page: page, Vocabulary: []Term{{Label: "release-notes", Synonyms: synonyms}, {Label: "accounting"}}}), "release-notes")
	}
	want := suggested()
	if r := reasonOf(t, want, InText); r.Count != 4 || want.Ticked {
		t.Fatalf("without synonyms it is %+v", want)
	}
	for _, test := range []struct {
		name     string
		synonyms []string
	}{
		{"another form", []string{"release-note"}},
		{"three other forms", []string{"release-note", "release_notes", "release_note"}},
		{"as people type it", []string{"Release notes"}},
		{"run together", []string{"releasenotes"}},
		{"a part of the name", []string{"notes", "release"}},
		{"twice the same", []string{"changelog", "changelog"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, suggested(test.synonyms...)); diff != "" {
				t.Errorf("(-without synonyms +with %q):\n%s", test.synonyms, diff)
			}
		})
	}
}

func TestAReasonCountsWhatItQuotes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, label, synonym, title, text string
		want                              Reason
	}{
		{"a synonym in the text, where the title has the name", "kubernetes", "k8s", "Kubernetes", "We run k8s here.", Reason{Kind: Synonym, Text: "k8s", Count: 1}},
		{"the name in the text, where the title has a synonym", "kubernetes", "k8s", "K8s", "We run Kubernetes here.", Reason{Kind: InText, Text: "Kubernetes", Count: 1}},
		{"a synonym that is a part of the name, where the title has it", "release-notes", "notes", "Release notes", "We keep notes here.", Reason{Kind: Synonym, Text: "notes", Count: 2}},
		{"a name that is two words on the page", "onboarding", "", "On-boarding", "The on-boarding is new. On-boarding is on-boarding.", Reason{Kind: InText, Text: "on-boarding", Count: 4}},
		{"a synonym that is two words on the page", "joining", "Onboarding", "Joining", "The on-boarding is new. On-boarding is on-boarding.", Reason{Kind: Synonym, Text: "on-boarding", Count: 3}},
		{"what a name is short for", "gsa", "", "Weekly", "The General Services Administration is here. I like the General Services Administration.", Reason{Kind: InText, Text: "General Services Administration", Count: 2}},
		{"what a name is short for, beside something else that it is short for", "gsa", "", "Weekly", "The General Services Administration is here. I like the Great Southern Airline.", Reason{Kind: InText, Text: "General Services Administration", Count: 1}},
		{"what a name is short for, with a small word in it", "foia", "", "Weekly", "We have the Freedom of Information Act. I like the Freedom of Information Act.", Reason{Kind: InText, Text: "Freedom of Information Act", Count: 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			term := Term{Label: test.label}
			if test.synonym != "" {
				term.Synonyms = []string{test.synonym}
			}
			in := Input{Page: Page{Title: test.title, Body: markdown(chat + test.text)}, Vocabulary: []Term{term, {Label: "accounting"}}, OnlyListed: true, Unlikely: true}
			answer := Suggest(in)
			if diff := cmp.Diff(test.want, reasonOf(t, suggestionOf(t, answer, test.label), test.want.Kind)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, wrong := range broken(in, answer) {
				t.Error(wrong)
			}
		})
	}
}

func TestTheWordsOfALabelInTheTitleSpeakForIt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		neighbours []Neighbour
	}{
		{"where neighbours tell which words are rare", spaceOf(3)},
		{"where nothing else is known", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := suggestionOf(t, Suggest(Input{
				Page:       Page{Title: "Energy that is tidal", Body: markdown(chat + "The tidal plan. A tidal wave. The tidal range. A tidal lock.")},
				Neighbours: test.neighbours, Vocabulary: listed("tidal-energy", "accounting"),
			}), "tidal-energy")
			if r := reasonOf(t, s, InTitle); r.Text != "Energy" && r.Text != "tidal" || r.Count != 0 {
				t.Errorf("it is said of %q that the title has it", r.Text)
			}
		})
	}
}

func TestInitialsThatMeanSomethingElseStandForNoName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, title, text, label string
		found                    bool
	}{
		{"initials of one thing", "GSA guide", "The GSA is here.", "general-services-administration", true},
		{"initials that everybody knows for something else", "CSS guide", "We write CSS here.", "customer-success-stories", false},
		{"a name with such initials", "Customer Success Stories", "The Customer Success Stories are here.", "css", false},
		{"a name with initials of its own", "General Services Administration", "The General Services Administration is here.", "gsa", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answer := Suggest(Input{Page: Page{Title: test.title, Body: markdown(chat + test.text)}, Vocabulary: listed(test.label, "accounting"), OnlyListed: true})
			if found := slices.ContainsFunc(answer.Suggestions, func(s Suggestion) bool { return s.Label == test.label }); found != test.found {
				t.Errorf("%s is suggested: %v", test.label, found)
			}
		})
	}
}

func TestALongHeadingIsCutForDisplay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, heading, want string }{
		{"a short one is whole", "Release notes", "Release notes"},
		{"one of 80 bytes is whole", strings.Repeat("abcd ", 15) + "abcde", strings.Repeat("abcd ", 15) + "abcde"},
		{"a long one is cut between two words", strings.Repeat("abcd ", 30), strings.Repeat("abcd ", 15) + "abcd…"},
		{"one without spaces is cut between two characters", strings.Repeat("調査", 30), strings.Repeat("調査", 13) + "…"},
		{"broken text is cut too", strings.Repeat("\x80", 100), "…"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := shortened(test.heading); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A glance may say yes wrongly, and then time is lost; it must not say no
// wrongly, for then a label is.
func TestAGlanceMissesNothingThatIsOnThePage(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(9, 10))
	stems := strings.Fields("map plan organise log report user research dev ops team on board general service administration release note email e-mail U.S. v2.1 FOIA API GitHub web form R C++ Prüfung Übersicht réunion use dry go age color colour")
	endings := []string{"", "", "s", "ing", "ed", "er", "ation"}
	word := func() string {
		stem, ending := stems[random.IntN(len(stems))], endings[random.IntN(len(endings))]
		if strings.IndexByte("ie", (ending + " ")[0]) >= 0 { // using, dried
			stem = strings.TrimSuffix(stem, "e")
		}
		if ending == "ed" {
			stem = strings.Replace(stem, "dry", "dri", 1)
		}
		return stem + ending
	}
	joints := []string{" ", " ", "-", "_", "", ". ", " of ", "/", "."}
	found := 0
	for range 3000 {
		var page, label strings.Builder
		for i := range 1 + random.IntN(6) {
			w := word()
			if random.IntN(3) == 0 {
				w = strings.ToUpper(w[:1]) + w[1:]
			}
			if i > 0 {
				page.WriteString(joints[random.IntN(len(joints))])
			}
			page.WriteString(w)
		}
		for i := range 1 + random.IntN(3) {
			if i > 0 {
				label.WriteString(joints[2+random.IntN(3)])
			}
			label.WriteString(strings.ToLower(word()))
		}
		in := Input{Page: Page{Body: markdown("It is what they have for the " + page.String())}, Vocabulary: listed(label.String())}
		s, x, _, _ := understand(&in)
		l := s.label(label.String())
		s.spell(l, s.language)
		if n := s.name(x, s.number(label.String()), l); n.count > 0 {
			found++
			if !isNamed(in.Page, in.Vocabulary[0]) {
				t.Fatalf("%q is on the page %q, at a glance it is not", l.name, page.String())
			}
		}
	}
	if found < 30 {
		t.Fatalf("only %d labels were found", found) // or nothing was tested
	}
}

func TestAGlanceSeesFormsOfShortWords(t *testing.T) {
	t.Parallel()
	for _, form := range [][2]string{{"using", "use"}, {"aging", "ages"}, {"dry", "dried"}, {"going", "go"}, {"colouring", "color"}, {"hiring", "hire"}, {"openness", "open"}} {
		page := Page{Body: markdown("It is what they have for the " + form[1] + " of it.")}
		if s, x, _, _ := understand(&Input{Page: page}); !x.mayHave(form[0], lookAt(form[0])) {
			t.Errorf("%s is not seen where the page has %s, in %v", form[0], form[1], s.language)
		}
	}
}
