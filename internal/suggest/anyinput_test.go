package suggest

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"labelup/internal/pagetext"
)

// decoder makes an input of any bytes: what the fuzzer finds, or what a random
// generator writes. The same bytes make the same input.
type decoder struct {
	data []byte
	at   int
}

// next is a number below limit.
func (d *decoder) next(limit int) int {
	if d.at >= len(d.data) {
		return 0
	}
	d.at++
	return int(d.data[d.at-1]) % limit
}

func (d *decoder) one(of []string) string { return of[d.next(len(of))] }

// anyWords are words in several scripts and forms, in groups of 16, of which a
// page takes most of its words from one.
var anyWords = strings.Fields(`
	the gardener prunes hedges and waters tomatoes in a greenhouse with compost for lettuce on seedlings
	user research is a userResearch interview with UserResearch of on-boarding onboarding participants to release-notes release notes Releases
	The General Services Administration (GSA) of FOIA requests, Freedom of Information Act. U.S. Digital Service's R&D C++
	der Prüfbericht und die Sicherheitsrichtlinie für das Urlaubskonto ist nicht mit dem Datenschutz: Prüfberichte, réunion naïve Ünïcode
	ユーザー調査 の 报告 と 安全 는 보안 הגנה امن данные v2.1 2025 2026 a b`)

var anyLabels = []string{
	"gardening", "hedge", "tomatoes", "user-research", "userresearch", "user-reserch", "user-testing", "user-interviews", "user-needs", "release-note", "release-notes",
	"releasenotes", "onboarding", "on-boarding", "gsa", "general-services-administration", "freedom-of-information-act", "foia", "u.s. digital service", "2025", "2026",
	"prüfbericht", "ユーザー調査", "安全", "team-garden", "teamgarden", "team-audit", "teamaudit", "team-lettuce", "teamlettuce", "compost_heap", "", "-", "\xff\xfe", "c++", "r&d", "הגנה", "A", "v2.1", "x",
}

func (d *decoder) text(most int) string {
	var b strings.Builder
	group := d.next(5)
	for i := range d.next(most) {
		if i > 0 {
			b.WriteString([]string{" ", " ", " ", ". ", ", ", "-", "\n", "\xff", "\x00"}[max(0, d.next(64)-55)])
		}
		at := d.next(22)
		if at >= 18 {
			at, group = at-18, (group+1)%5
		}
		b.WriteString(anyWords[(group*16+at)%len(anyWords)])
	}
	return b.String()
}

// blockKinds are what the readers of package pagetext make.
var blockKinds = []pagetext.Kind{
	pagetext.Body, pagetext.Body, pagetext.Heading, pagetext.Subheading, pagetext.Panel, pagetext.TableHead, pagetext.Code, pagetext.Quote,
}

func (d *decoder) page(most int) Page {
	p := Page{Title: d.text(6), Labels: d.labels(5)}
	for range d.next(5) {
		text := d.text(most)
		block := pagetext.Block{Kind: blockKinds[d.next(len(blockKinds))], Text: text}
		if n := uint32(len(text)); n > 3 && d.next(3) == 0 {
			block.Strong = []pagetext.Span{{Start: n / 4, End: n / 2}}
			block.Code = []pagetext.Span{{Start: n / 3, End: n}}
		}
		p.Body.Blocks = append(p.Body.Blocks, block)
	}
	return p
}

func (d *decoder) labels(most int) (labels []string) {
	for range d.next(most) {
		labels = append(labels, d.one(anyLabels))
	}
	return labels
}

// synonyms are labels, some as people type them.
func (d *decoder) synonyms(most int) (synonyms []string) {
	for _, name := range d.labels(most) {
		if d.next(3) == 1 {
			name = strings.ToUpper(strings.ReplaceAll(name, "-", " "))
		}
		synonyms = append(synonyms, name)
	}
	return synonyms
}

func (d *decoder) counts(most int) (counts []Count) {
	for range d.next(most) {
		counts = append(counts, Count{d.one(anyLabels), d.next(40) - 2})
	}
	return counts
}

func (d *decoder) input() Input {
	in := Input{OnlyListed: d.next(5) == 1, Limit: d.next(9) - 1, Tree: Tree{Parent: d.labels(4), Siblings: d.counts(4), Of: d.next(12) - 1}}
	in.Page = d.page(80)
	in.Page.ID = "0"
	in.InUse = d.counts(12)
	in.Dismissed = d.labels(3)
	for range d.next(10) {
		in.Vocabulary = append(in.Vocabulary, Term{Label: d.one(anyLabels), Synonyms: d.synonyms(3), Description: d.text(30), Group: d.one(anyLabels), Retired: d.next(8) == 1})
	}
	for i := range d.next(40) {
		n := Neighbour{Page: d.page(40)}
		n.ID = string(rune('0' + i))
		if d.next(3) == 1 {
			n.Terms = ReadTerms(n.Page, in.language())
		}
		in.Neighbours = append(in.Neighbours, n)
	}
	if d.next(4) == 1 {
		in.Certainty = &Certainty{Situation: Situation(d.next(int(situations)))}
		for i := range in.Certainty.Weights {
			in.Certainty.Weights[i] = float64(d.next(2*MostWeight+1) - MostWeight)
		}
	}
	return in
}

func TestWhateverTheInputThePromisesHold(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	suggested := 0
	kinds := map[Kind]int{}
	for i := range 300 {
		data := make([]byte, 100+random.IntN(6000))
		for at := range data {
			data[at] = byte(random.IntN(256))
		}
		in := (&decoder{data: data}).input()
		if i%10 == 0 { // a space in which nobody has made a label
			in.Neighbours, in.Vocabulary, in.InUse, in.Tree, in.OnlyListed = nil, nil, nil, Tree{}, false
		}
		answer := Suggest(in)
		if wrong := broken(in, answer); len(wrong) > 0 {
			t.Fatalf("input %d: %s\nlabels of the page %q\nvocabulary %+v\nin use %+v\ntree %+v", i, strings.Join(wrong, "\n"), in.Page.Labels, in.Vocabulary, in.InUse, in.Tree)
		}
		suggested += len(answer.Suggestions)
		for _, s := range answer.Suggestions {
			for _, r := range s.Reasons {
				kinds[r.Kind]++
			}
		}
	}
	// Or the test would have looked at nothing.
	for _, kind := range []Kind{InTitle, InHeading, InText, Synonym, Similar, Profile, Parent, Siblings, Phrase, Description} {
		if kinds[kind] < 5 {
			t.Errorf("only %d of %d suggestions have a reason of kind %q", kinds[kind], suggested, kind)
		}
	}
}

func FuzzSuggest(f *testing.F) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, size := range []int{0, 10, 300, 3000} {
		data := make([]byte, size)
		for at := range data {
			data[at] = byte(random.IntN(256))
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in := (&decoder{data: data}).input()
		answer := Suggest(in)
		for _, wrong := range broken(in, answer) {
			t.Error(wrong)
		}
		if again := Suggest((&decoder{data: data}).input()); !reflect.DeepEqual(answer, again) {
			t.Errorf("the answer was\n%+v\nand then\n%+v", answer, again)
		}
	})
}

// missing are the parts of an input that can be taken away.
var missing = []struct {
	part string
	take func(*Input)
}{
	{"title", func(in *Input) { in.Page.Title = "" }},
	{"body", func(in *Input) { in.Page.Body = pagetext.Text{} }},
	{"labels of the page", func(in *Input) { in.Page.Labels = nil }},
	{"id of the page", func(in *Input) { in.Page.ID = "" }},
	{"neighbours", func(in *Input) { in.Neighbours = nil }},
	{"texts of the neighbours", func(in *Input) { eachNeighbour(in, func(n *Neighbour) { n.Body, n.Terms = pagetext.Text{}, nil }) }},
	{"titles of the neighbours", func(in *Input) { eachNeighbour(in, func(n *Neighbour) { n.Title = "" }) }},
	{"tree", func(in *Input) { in.Tree = Tree{} }},
	{"vocabulary", func(in *Input) { in.Vocabulary = nil }},
	{"labels in use", func(in *Input) { in.InUse = nil }},
	{"dismissed", func(in *Input) { in.Dismissed = nil }},
	{"limit", func(in *Input) { in.Limit = 0 }},
}

func eachNeighbour(in *Input, do func(*Neighbour)) {
	in.Neighbours = slices.Clone(in.Neighbours)
	for i := range in.Neighbours {
		do(&in.Neighbours[i])
	}
}

// whole is an input with every part.
func whole() Input {
	in := Input{
		Page: garden(), Neighbours: spaceOf(5), Limit: 8, Dismissed: []string{"kitchen"},
		Tree:       Tree{Parent: []string{"gardening"}, Siblings: []Count{{"outside", 2}, {"accounting", 1}}, Of: 3},
		Vocabulary: []Term{{Label: "plants", Synonyms: []string{"tomatoes", "hedge"}}, {Label: "old-plants", Retired: true}, {Label: "outside", Description: "Hedges, frost and lettuce.", Group: "gardening"}},
		InUse:      []Count{{"seedling", 4}, {"frost", 3}},
	}
	in.Page.Labels = []string{"accounting"}
	in.Neighbours[4].Terms = ReadTerms(in.Neighbours[4].Page, in.language())
	return in
}

func TestEveryPartMayBeMissing(t *testing.T) {
	t.Parallel()
	for without := range 1 << len(missing) {
		in := whole()
		var parts []string
		for i, m := range missing {
			if without&(1<<i) != 0 {
				m.take(&in)
				parts = append(parts, m.part)
			}
		}
		answer := Suggest(in)
		if wrong := broken(in, answer); len(wrong) > 0 {
			t.Fatalf("without %s: %s", strings.Join(parts, ", "), strings.Join(wrong, "\n"))
		}
		if in.Page.Title == "" && len(in.Page.Body.Blocks) == 0 && len(in.Tree.Parent) == 0 && (answer.Nothing != TooShort || len(answer.Search) > 0) {
			t.Fatalf("without %s: a page without a word gives %+v", strings.Join(parts, ", "), answer)
		}
		if without%8 != 0 {
			continue // the rest takes as long again
		}
		if again := Suggest(in); !reflect.DeepEqual(answer, again) {
			t.Fatalf("without %s: the answer was\n%+v\nand then\n%+v", strings.Join(parts, ", "), answer, again)
		}
	}
}

func TestEachMissingPartCostsOnlyWhatItWouldTell(t *testing.T) {
	t.Parallel()
	for _, m := range missing {
		t.Run(m.part, func(t *testing.T) {
			t.Parallel()
			in := whole()
			m.take(&in)
			labels := labelsOf(Suggest(in))
			wanted := "gardening"
			switch m.part {
			case "neighbours": // then nothing knows the topic, and names and the tree are left
				wanted = "outside"
			case "body", "texts of the neighbours": // the titles do not tell
				return
			}
			if !slices.Contains(labels[:min(2, len(labels))], wanted) {
				t.Errorf("%q is not among the first two of %q", wanted, labels)
			}
		})
	}
}

func TestTheSameInputGivesTheSameAnswerToTheByte(t *testing.T) {
	t.Parallel()
	counts := map[string]int{"hedge": 3, "tomatoes": 3, "lettuce": 3, "compost": 1, "frost": 2, "gardener prunes": 2, "seedlings": 1, "soil": 1, "straw": 1, "mulch": 1}
	make := func() Input {
		in := whole()
		for i := range in.Neighbours {
			if i%3 == 0 {
				in.Neighbours[i].Title, in.Neighbours[i].Counts = "Counted", counts
			}
		}
		return in
	}
	first, err := json.Marshal(Suggest(make()))
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if again, _ := json.Marshal(Suggest(make())); string(again) != string(first) {
			t.Fatalf("the answer was\n%s\nand then\n%s", first, again)
		}
	}
}

func TestSuggestKeepsAndChangesNothing(t *testing.T) {
	t.Parallel()
	in, same := whole(), whole()
	wanted := Suggest(in)
	Suggest(Input{Page: Page{Title: "Another page", Body: markdown("It is about hedges and tomatoes.")}, Neighbours: in.Neighbours[:3]})
	if !reflect.DeepEqual(in, same) {
		t.Error("the input was changed")
	}
	t.Run("requests at the same time", func(t *testing.T) { // of one input: the race detector looks
		for range 4 {
			t.Run("one of them", func(t *testing.T) {
				t.Parallel()
				if answer := Suggest(in); !reflect.DeepEqual(answer, wanted) {
					t.Errorf("the answer is %+v, want %+v", answer, wanted)
				}
			})
		}
	})
}

// The sums over neighbours are of four bytes and come out a little different in
// another order; scores have four digits, of which the last may be another.
func TestTheOrderOfNeighboursDoesNotMatter(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 8))
	for range 30 {
		in := whole()
		wanted := Suggest(in)
		random.Shuffle(len(in.Neighbours), func(i, j int) { in.Neighbours[i], in.Neighbours[j] = in.Neighbours[j], in.Neighbours[i] })
		answer := Suggest(in)
		if !slices.Equal(labelsOf(answer), labelsOf(wanted)) {
			t.Fatalf("in another order the labels are %q, were %q", labelsOf(answer), labelsOf(wanted))
		}
		for i, s := range answer.Suggestions {
			if difference := s.Score - wanted.Suggestions[i].Score; difference > 1.01e-4 || difference < -1.01e-4 {
				t.Fatalf("in another order the score of %q is %v, was %v", s.Label, s.Score, wanted.Suggestions[i].Score)
			}
		}
	}
}
