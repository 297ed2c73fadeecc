package keyphrase

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnglishClasses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		class class
		words string
	}{
		{"verbs bound in every form", bounding, "propose proposes proposed proposing identified identifying omitted preferring relies"},
		{"praise and comparison bound", bounding, "important efficient similar novel"},
		{"adverbs bound", bounding, "greatly automatically usually"},
		{"what only looks like an adverb does not", strong, "assembly family reply"},
		{"verbs that name things do not bound", strong, "learning testing building"},
		{"nouns of every subject are weak", faint, "method methods property properties change reports analysis key"},
		{"other words are strong", strong, "gateway invoice kubernetes onboarding"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for word := range strings.FieldsSeq(test.words) {
				if got := classOf(word); got != test.class {
					t.Errorf("%q is of class %d, want %d", word, got, test.class)
				}
			}
		})
	}
}

func TestListsOfEnglishAgree(t *testing.T) {
	t.Parallel()
	form := map[string]bool{}
	for verb := range strings.FieldsSeq(verbs) {
		for _, f := range forms(verb) {
			form[f] = true
		}
	}
	other := map[string]bool{}
	for word := range strings.FieldsSeq(others) {
		other[word] = true
		if form[word] {
			t.Errorf("%q bounds as a form of a verb already", word)
		}
	}
	for word := range strings.FieldsSeq(things) {
		if !form[word] {
			t.Errorf("%q is no form of a verb in the list", word)
		}
		if other[word] {
			t.Errorf("%q is said to bound and not to bound", word)
		}
	}
	for word := range strings.FieldsSeq(weak) {
		if english[word] != faint {
			t.Errorf("%q is said to be weak and to bound", word)
		}
	}
}

func TestFormsOfVerbs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		verb  string
		forms []string
	}{
		{"show", []string{"show", "shows", "showed", "showing"}},
		{"use", []string{"use", "uses", "used", "using"}},
		{"rely", []string{"rely", "relies", "relied", "relying"}},
		{"reach", []string{"reach", "reaches", "reached", "reaching"}},
		{"plan", []string{"plan", "plans", "planed", "planing", "planned", "planning"}},
	} {
		if diff := cmp.Diff(test.forms, forms(test.verb)); diff != "" {
			t.Errorf("forms of %q (-want +got):\n%s", test.verb, diff)
		}
	}
}
