package twin

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/unicode/rangetable"
)

// made is what becomes of a name, and how likely it and a second one are one label.
type made struct {
	Keys    []string `json:"keys"` // sorted by their bytes
	Words   []string `json:"words"`
	Parts   []string `json:"parts"`
	Verdict string   `json:"verdict"`
}

func madeHere(pair [2]string) made {
	a, b := FormOf(pair[0]), FormOf(pair[1])
	return made{Keys: a.keys(), Words: a.words, Parts: a.parts, Verdict: wordFor(Compare(&a, &b))}
}

// The panel tells twins by static/src/twin.ts, which is run in node on the same
// names.
func TestTheBrowserMakesTheSameOfNames(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a process of node")
	}
	var pairs [][2]string
	for _, c := range pairCases(t) {
		pairs = append(pairs, [2]string{c.A, c.B}, [2]string{c.B, c.A})
	}
	pairs = append(pairs, mixtures(30_000)...)

	var asked strings.Builder
	encoder := json.NewEncoder(&asked)
	for _, pair := range pairs {
		if err := encoder.Encode(pair); err != nil {
			t.Fatal(err)
		}
	}
	answers := json.NewDecoder(strings.NewReader(inNode(t, "testdata/forms.mjs", asked.String())))
	wrong, found := 0, map[string]int{}
	for _, pair := range pairs {
		var browser made
		if err := answers.Decode(&browser); err != nil {
			t.Fatalf("node answers no more: %v", err)
		}
		here := madeHere(pair)
		slices.Sort(here.Keys)
		slices.Sort(browser.Keys) // node sorts by UTF-16
		found[here.Verdict]++
		if diff := cmp.Diff(here, browser, cmpopts.EquateEmpty()); diff != "" {
			if wrong++; wrong <= 10 {
				t.Errorf("%+q (-Go +browser):\n%s", pair, diff)
			}
		}
	}
	t.Logf("%d pairs: %v; %d differ", len(pairs), found, wrong)
	if found["sure"] < 1000 || found["perhaps"] < 1000 || found["no"] < 1000 {
		t.Error("the names do not try all verdicts")
	}
}

// inNode runs a script and returns what it prints.
func inNode(t *testing.T, script, input string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "node", script)
	command.Stdin = strings.NewReader(input)
	var complaint strings.Builder
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, complaint.String())
	}
	return string(out)
}

func TestTheBrowserFindsTheSamePairs(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a process of node")
	}
	type asked struct {
		Name  string `json:"name"`
		Pages int    `json:"pages"`
	}
	var names []asked
	var labels []Label
	for i, pair := range mixtures(2_000) {
		for j, name := range pair {
			pages := 1 + (i+j)%3*(i%5)
			names, labels = append(names, asked{name, pages}), append(labels, Label{name, pages})
		}
	}
	input, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	var browser [][4]string
	if err := json.Unmarshal([]byte(inNode(t, "testdata/pairs.mjs", string(input))), &browser); err != nil {
		t.Fatal(err)
	}
	has := func(pagesWith, spelling string) Answer {
		return []Answer{Unknown, Yes, Not}[(3*utf8.RuneCountInString(pagesWith)+utf8.RuneCountInString(spelling))%3]
	}
	var here [][4]string
	found := map[string]int{}
	for _, p := range Pairs(labels) {
		end := "no"
		if settled := p.Settle(p.Stays.Pages == 3, has); settled.Verdict != No {
			end = fmt.Sprintf("%s %s %v", settled.Stays.Name, wordFor(settled.Verdict), settled.Offered())
		}
		found[end[strings.LastIndex(end, " ")+1:]]++
		here = append(here, [4]string{p.Stays.Name, p.Goes.Name, wordFor(p.Verdict), end})
	}
	byName := cmpopts.SortSlices(func(a, b [4]string) bool { return slices.Compare(a[:], b[:]) < 0 })
	if diff := cmp.Diff(here, browser, byName); diff != "" {
		t.Errorf("(-Go +browser):\n%s", diff)
	}
	if found["no"] < 100 || found["true"] < 100 || found["false"] < 20 {
		t.Errorf("the labels do not try everything: %v", found)
	}
}

func wordFor(v Verdict) string {
	for word, verdict := range verdicts {
		if verdict == v {
			return word
		}
	}
	return ""
}

// mixtures are pairs of names of what the rule looks at; the second is often the
// first with a few pieces changed.
func mixtures(count int) [][2]string {
	pool := strings.Split("a b c d e s y release note organisation colour centre labelling kubernetes technolog categor cach box analys tableau journ reuni"+
		" besprech vorlag projekt node js the and und et of de u.s. API ＡＰＩ ies es s aux eux ões ungen en kte our tre ised 1 2 10 2.0 v1 9 ٣ é è ü Ü ß œ ø İ ı Σ ς ё й"+
		" to إ ا ة ه ی ي ؤ \u0654 サーバ ー ァ ィ ヴ プログラム 議事録 데이터 ｻ ﾞ · ・ . ' ’ @ & / \\ - _ – , : + # * % | ~ = $ ( ) 🌷 𐐨 \u0301 \u00ad \u200d \ufeff \u00a0 \u3000 x̂ ﬁ ² ℃", " ")
	pool = append(pool, " ", "-", "-")
	assigned := rangetable.Assigned(unicode.Version)
	random := rand.New(rand.NewPCG(1, 2)) // the same in every run
	piece := func() string {
		if random.IntN(30) == 0 {
			if c := rune(random.IntN(0xd800)); unicode.Is(assigned, c) {
				return string(c)
			}
		}
		return pool[random.IntN(len(pool))]
	}
	pairs := make([][2]string, count)
	for i := range pairs {
		first := make([]string, 1+random.IntN(7))
		for j := range first {
			first[j] = piece()
		}
		second := slices.Clone(first)
		for range 1 + random.IntN(2) {
			second[random.IntN(len(second))] = piece()
		}
		pairs[i] = [2]string{strings.Join(first, ""), strings.Join(second, "")}
		if runes := []rune(pairs[i][0]); i%3 == 0 && len(runes) > 5 { // a letter more, less or other
			at := 1 + random.IntN(len(runes)-1)
			pairs[i][1] = string(runes[:at]) + strings.Repeat("e", random.IntN(2)) + string(runes[at+random.IntN(2):])
		}
	}
	return pairs
}
