package twin

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPairsOfLabels(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		labels []Label
		want   []string
	}{
		{"the spelling that more pages have stays", []Label{{"release-note", 3}, {"release-notes", 44}}, []string{"release-notes < release-note"}},
		{"of equals the shorter stays", []Label{{"sprints", 1}, {"sprint", 1}}, []string{"sprint < sprints"}},
		{"of equals of one length the first stays", []Label{{"how_to", 1}, {"how-to", 1}}, []string{"how_to < how-to"}},
		{"of three spellings each two are a pair", []Label{{"e-mail", 5}, {"email", 9}, {"emails", 1}}, []string{"e-mail < emails", "email < e-mail", "email < emails"}},
		{"a misspelling is a pair that may be one", []Label{{"roadmap", 9}, {"roadmpa", 1}}, []string{"roadmap < roadmpa?"}},
		{"a misspelling in a long word, two letters", []Label{{"accessibility", 9}, {"accesibilty", 1}}, []string{"accessibility < accesibilty?"}},
		{"the same name twice is no pair", []Label{{"roadmap", 9}, {"roadmap", 1}}, nil},
		{"names that have nothing to do with each other", []Label{{"roadmap", 9}, {"meeting", 1}, {"", 1}, {"c", 1}, {"c++", 2}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range Pairs(test.labels) {
				got = append(got, p.Stays.Name+" < "+p.Goes.Name+map[Verdict]string{Perhaps: "?"}[p.Verdict])
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A key or a place in which many labels differ is not compared each with each.
func TestTheWorkGrowsWithTheLabelsAndNotWithTheirSquare(t *testing.T) {
	t.Parallel()
	const count = 1000
	for name, spelled := range map[string]func(i int) string{
		"the same key":         func(i int) string { return strings.Repeat("-", i) + "roadmap" },
		"a letter for another": func(i int) string { return "road" + string(rune('а'+i%32)) + string(rune('α'+i/32)) + "map" },
	} {
		labels := make([]Label, count)
		for i := range labels {
			labels[i] = Label{spelled(i), 1}
		}
		if pairs := Pairs(labels); len(pairs) == 0 || len(pairs) > 10*mostAlike*count {
			t.Errorf("%s: %d pairs", name, len(pairs))
		}
	}
	long := FormOf(strings.Repeat(strings.Repeat("abcdefghijklmnopqrs", 2)+"-", 20) + strings.Repeat("boxes-", 10))
	if n := len(long.without()); n > mostWithout {
		t.Errorf("a long name is looked for in %d ways", n)
	}
	if plurals := FormOf(strings.Repeat("boxes-", 10)); len(plurals.keys()) > mostKeys+3 {
		t.Errorf("ten plurals have %d keys", len(plurals.keys()))
	}
}

func TestPagesSettleWhatMayBeAMisspelling(t *testing.T) {
	t.Parallel()
	// has answers by "pages with/spelling".
	for _, test := range []struct {
		name     string
		pair     Pair
		together bool
		has      map[string]Answer
		want     string
	}{
		{"what its own pages write is a label", perhaps("fiction", 5, "friction", 2), false, map[string]Answer{"friction/friction": Yes}, "no"},
		{"what its own pages do not write, but the other, is misspelt", perhaps("textlint", 38, "textlnt", 1), false, map[string]Answer{"textlnt/textlnt": Not, "textlnt/textlint": Yes}, "textlint sure true"},
		{"a long name is misspelt if its pages write neither", perhaps("releasenote", 4, "releasenode", 1), false, map[string]Answer{"releasenode/releasenode": Not, "releasenode/releasenote": Not}, "releasenote sure true"},
		{"a short one is not certain then", perhaps("audio", 9, "audit", 1), false, map[string]Answer{"audit/audit": Not, "audit/audio": Not}, "audio perhaps false"},
		{"without text it stays uncertain, and is offered if it is long and rare", perhaps("accessibility", 8, "acessibility", 2), false, nil, "accessibility perhaps true"},
		{"without text it is not offered if it is not rare", perhaps("accessibility", 7, "acessibility", 2), false, nil, "accessibility perhaps false"},
		{"of equals the one that pages write stays", perhaps("webcompoent", 1, "webcomponent", 1), false, map[string]Answer{"webcomponent/webcomponent": Yes, "webcompoent/webcompoent": Not}, "webcomponent sure true"},
		{"of equals that both are written neither goes", perhaps("frontend", 1, "frontrend", 1), false, map[string]Answer{"frontend/frontend": Yes, "frontrend/frontrend": Yes}, "no"},
		{"labels of one page are two", perhaps("polyfill", 9, "ponyfill", 1), true, map[string]Answer{"ponyfill/ponyfill": Not}, "no"},
		{"initials that are a word are meant if their pages write the name", perhaps("team-events-annual", 4, "tea", 2), true, map[string]Answer{"tea/team-events-annual": Yes, "tea/tea": Yes}, "team-events-annual sure true"},
		{"or if the pages of the name write them", perhaps("tea", 4, "team-events-annual", 2), false, map[string]Answer{"team-events-annual/tea": Yes}, "tea sure true"},
		{"else they stay uncertain and are not offered, however rare the name", perhaps("tea", 40, "team-events-annual", 1), false, map[string]Answer{"tea/tea": Yes, "team-events-annual/tea": Not}, "tea perhaps false"},
		{"of what is sure nothing is asked", Pair{Label{"cafe", 1}, Label{"café", 1}, Sure}, true, map[string]Answer{"café/café": Yes}, "cafe sure true"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := test.pair.Settle(test.together, func(pagesWith, spelling string) Answer { return test.has[pagesWith+"/"+spelling] })
			got := "no"
			if p.Verdict != No {
				got = fmt.Sprintf("%s %s %v", p.Stays.Name, wordFor(p.Verdict), p.Offered())
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func perhaps(stays string, pages int, goes string, of int) Pair {
	return Pair{Label{stays, pages}, Label{goes, of}, Perhaps}
}

// The quick look hides nothing that is the same, but for initials, and no
// misspelling behind the first two letters.
func TestWhatIsTheSameIsAlike(t *testing.T) {
	t.Parallel()
	same, misspelt := 0, 0
	for _, pair := range mixtures(20_000) {
		a, b := FormOf(pair[0]), FormOf(pair[1])
		if pair[0] == pair[1] {
			continue
		}
		switch Compare(&a, &b) {
		case Sure:
			same++
		case Perhaps:
			if len(pair[0]) < 2 || len(pair[1]) < 2 || pair[0][:2] != pair[1][:2] {
				continue
			}
			misspelt++
		default:
			continue
		}
		if !Alike(pair[0], pair[1]) {
			t.Errorf("%q are not alike", pair)
		}
	}
	if same < 500 || misspelt < 50 {
		t.Errorf("%d pairs only are the same, %d misspelt", same, misspelt)
	}
}

func BenchmarkPairsOf5000Labels(b *testing.B) {
	labels := make([]Label, 5000)
	for i := range labels {
		labels[i] = Label{fmt.Sprintf("%c%c%s-%s-%d", 'a'+i%26, 'a'+i/26%26, []string{"release", "documentation", "team", "accessibility"}[i%4], []string{"notes", "planning", "infrastructure"}[i%3], i/40), 1 + i%9}
	}
	for b.Loop() {
		Pairs(labels)
	}
}

func TestWhetherATextWritesAName(t *testing.T) {
	for _, test := range []struct {
		name, text, label string
		want              bool
	}{
		{"as it is", "See the release notes.", "release notes", true},
		{"with other separators", "See the Release-Notes!", "release_notes", true},
		{"with none", "See the releasenotes.", "release-notes", true},
		{"with accents", "The CAFÉ opens", "cafe", true},
		{"another word", "See the release of notes.", "release-notes", false},
		{"a short name within a word", "The category of it", "cat", false},
		{"a short name as a word", "A cat, asleep", "cat", true},
		{"in the other English", "Colour of the organisation", "organization", false},
		{"as its key is written", "Color of the organization", "organisation", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Writes(Bare(test.text), test.label); got != test.want {
				t.Errorf("it says %v", got)
			}
		})
	}
}
