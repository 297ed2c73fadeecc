package keyphrase_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/keyphrase"
	"labelup/internal/words"
)

// block is a part of a page before it is read.
type block struct {
	weight float64
	title  bool
	text   string
}

func body(text string) block    { return block{weight: 1, text: text} }
func title(text string) block   { return block{weight: 4, title: true, text: text} }
func heading(text string) block { return block{weight: 2.5, text: text} }
func code(text string) block    { return block{weight: 0.2, text: text} }

// read makes parts of blocks.
func read(language words.Language, blocks ...block) (*words.Reader, []keyphrase.Part) {
	reader := words.NewReader()
	var parts []keyphrase.Part
	for _, b := range blocks {
		part := keyphrase.Part{Weight: b.weight, Title: b.title, Text: b.text, Words: reader.Read(b.text, language, nil)}
		words.NewMarker(reader).Mark(part.Text, part.Words)
		parts = append(parts, part)
	}
	return reader, parts
}

func find(language words.Language, limit int, blocks ...block) []keyphrase.Phrase {
	reader, parts := read(language, blocks...)
	return keyphrase.Find(reader, parts, language, keyphrase.Shape{}, limit)
}

func texts(phrases []keyphrase.Phrase) []string {
	out := []string{}
	for _, p := range phrases {
		out = append(out, p.Text)
	}
	return out
}

const handbook = "The on-call handbook describes incident response for the payments platform. " +
	"Incident response begins when an alert fires; the on-call engineer opens a bridge call. " +
	"After each incident, a blameless review is written within five days. " +
	"The payments platform has its own error budget, and the error budget is reviewed every month."

func TestBestPhrases(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		language words.Language
		blocks   []block
		first    []string // in this order, at the top
	}{
		{
			name: "what is repeated and early comes first", language: words.English,
			blocks: []block{title("Incident response"), body(handbook)},
			first:  []string{"incident response", "payments platform"},
		},
		{
			name: "a phrase keeps its hyphens", language: words.English,
			blocks: []block{body("User-centered design helps. We teach user-centered design to all teams.")},
			first:  []string{"user-centered design"},
		},
		{
			name: "an acronym keeps its capitals", language: words.English,
			blocks: []block{body("A FOIA request is free. Each FOIA request gets a tracking code.")},
			first:  []string{"FOIA request"},
		},
		{
			name: "a name keeps its capitals where running text has them", language: words.English,
			blocks: []block{body("The office in Lisbon grows. People in Lisbon moved to the Lisbon office.")},
			first:  []string{"Lisbon office"},
		},
		{
			name: "a title in capitals does not make a name", language: words.English,
			blocks: []block{title("Deployment Pipeline"), body("Every team owns one.")},
			first:  []string{"deployment pipeline"},
		},
		{
			name: "a word is written as it mostly is", language: words.English,
			blocks: []block{body("The budget reviews are long. These budget reviews and that budget review differ.")},
			first:  []string{"budget reviews"},
		},
		{
			name: "German needs its stop words only", language: words.German,
			blocks: []block{body("Die Datensicherung der Kundendatenbank. Ohne Datensicherung ist die Kundendatenbank nicht zu retten.")},
			first:  []string{"Datensicherung"},
		},
		{
			name: "of a language that is not known, what is said twice is a phrase", language: words.Unknown,
			blocks: []block{body("Как настроить резервное копирование базы данных. Резервное копирование базы данных выполняется каждую ночь.")},
			first:  []string{"резервное копирование базы данных"},
		},
		{
			name: "Japanese pairs are joined into words", language: words.CJK,
			blocks: []block{body("文書分類の手引き。機械学習を使った文書分類を説明します。文書分類の結果を確認します。")},
			first:  []string{"文書分類"},
		},
		{
			name: "Chinese words are what is said again", language: words.CJK,
			blocks: []block{body("本文介绍图像识别的方法，并讨论图像识别案例。人们需要图像识别。")},
			first:  []string{"图像识别"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := texts(find(test.language, len(test.first), test.blocks...))
			if diff := cmp.Diff(test.first, got); diff != "" {
				t.Errorf("phrases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPhrasesThatAreFoundOrNot(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		language words.Language
		blocks   []block
		want     []string // among those found
		never    []string // as or within any of those found
	}{
		{
			name: "verbs and praise of English bound a phrase", language: words.English,
			blocks: []block{body("We propose an efficient caching layer that greatly improves query latency.")},
			want:   []string{"caching layer", "query latency"}, never: []string{"propose", "efficient", "greatly", "improves"},
		},
		{
			name: "what says little may be part of a phrase", language: words.English,
			blocks: []block{body("The change management process is strict.")},
			want:   []string{"change management process"},
		},
		{
			name: "numbers bound a phrase unless a hyphen joins them", language: words.English,
			blocks: []block{body("In 2019 servers failed. COVID-19 dashboards are new.")},
			want:   []string{"servers", "COVID-19 dashboards"}, never: []string{"2019"},
		},
		{
			name: "a compound with a stop word in it bounds a phrase", language: words.English,
			blocks: []block{body("State-of-the-art gateway software is sold.")},
			want:   []string{"gateway software"}, never: []string{"art", "state"},
		},
		{
			name: "a compound is kept whole although a word of it would bound", language: words.English,
			blocks: []block{body("Role-based access is on.")},
			want:   []string{"role-based access"},
		},
		{
			name: "letters that an ampersand joins are a word", language: words.English,
			blocks: []block{body("The R&D budget was cut.")},
			want:   []string{"R&D budget"},
		},
		{
			name: "single letters are no phrase", language: words.English,
			blocks: []block{body("Plan B, or x and y.")}, never: []string{"b", "x", "y"},
		},
		{
			name: "addresses are no text", language: words.English,
			blocks: []block{body("See https://gitlab.example.org/settings, files.example.net/cgi/content, ops@mailbox.example or @janedoe about runners.")},
			want:   []string{"runners"}, never: []string{"gitlab", "settings", "cgi", "mailbox", "ops", "janedoe"},
		},
		{
			name: "no phrase reaches from the title into the text", language: words.English,
			blocks: []block{body("Sensor network deployment\nThomas Miller. Sensor networks grow. A sensor network has nodes.")},
			want:   []string{"sensor network deployment", "sensor network", "Thomas Miller"}, never: []string{"deployment Thomas"},
		},
		{
			name: "lists of English are not for other languages", language: words.French,
			blocks: []block{body("Le rapport important de la commission.")},
			want:   []string{"rapport important", "commission"},
		},
		{
			name: "a chunk of more than five words is no phrase", language: words.English,
			blocks: []block{body("Red blue green yellow purple orange. Grey.")},
			want:   []string{"grey"}, never: []string{"red"},
		},
		{
			name: "Japanese verbs leave no half word behind", language: words.CJK,
			blocks: []block{body("結果を確認します。手順を説明します。")},
			want:   []string{"確認", "説明", "結果", "手順"}, never: []string{"確認し", "説明し"},
		},
		{
			name: "a long run of Chinese said once is no phrase", language: words.CJK,
			blocks: []block{body("并讨论实际工程案例")}, never: []string{"案例"},
		},
		{
			name: "a part without weight is passed over", language: words.English,
			blocks: []block{{weight: 0, text: "Hidden macro."}, body("Visible text.")},
			never:  []string{"hidden", "macro"},
		},
		{name: "nothing is found in nothing", language: words.English, blocks: []block{body(""), title("")}},
		{name: "nothing is found in stop words", language: words.English, blocks: []block{body("It is what it is, and that was that.")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := texts(find(test.language, 50, test.blocks...))
			for _, want := range test.want {
				if !slices.Contains(got, want) {
					t.Errorf("%q is not among %q", want, got)
				}
			}
			for _, phrase := range got {
				for _, never := range test.never {
					if strings.Contains(" "+strings.ToLower(phrase)+" ", " "+strings.ToLower(never)+" ") || strings.EqualFold(phrase, never) {
						t.Errorf("%q was found", phrase)
					}
				}
			}
			if test.want == nil && test.never == nil && len(got) > 0 {
				t.Errorf("found %q", got)
			}
		})
	}
}

func TestFormsOfAWordAreOnePhrase(t *testing.T) {
	t.Parallel()
	got := find(words.English, 10, body("Audit trails matter. The audit trail is long. An Audit Trail."))
	if len(got) == 0 || got[0].Count != 3 {
		t.Fatalf("found %+v, want one phrase three times at the top", got)
	}
	seen := map[string]bool{}
	for _, phrase := range got {
		key := ""
		for _, stem := range phrase.Stems {
			key += string(rune(stem)) + " "
		}
		if seen[key] {
			t.Errorf("%q is there twice", phrase.Text)
		}
		seen[key] = true
	}
}

func TestWhereAPhraseStandsDecides(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		blocks []block
		best   string
	}{
		{"in the title more than in the text", []block{title("Data retention"), body("Coffee machines. We love them.")}, "data retention"},
		{"in a heading more than in the text", []block{body("Nothing here yet."), body("Vendor contracts. Also."), heading("Backup schedule")}, "backup schedule"},
		{"in the text more than in code", []block{code("parse tree"), body("Access token."), code("parse tree"), code("parse tree")}, "access token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := texts(find(words.English, 1, test.blocks...))
			if diff := cmp.Diff([]string{test.best}, got); diff != "" {
				t.Errorf("best phrase (-want +got):\n%s", diff)
			}
		})
	}
}

func TestShapeOfTheSpace(t *testing.T) {
	t.Parallel()
	reader, parts := read(words.English, title("Incident response"), body(handbook))
	oneWord := func(shape keyphrase.Shape) int {
		count := 0
		for _, phrase := range keyphrase.Find(reader, parts, words.English, shape, 5) {
			if len(phrase.Stems) == 1 {
				count++
			}
		}
		return count
	}
	few, many := oneWord(keyphrase.Shape{OneWord: 0, Labels: 30}), oneWord(keyphrase.Shape{OneWord: 1, Labels: 30})
	if few != 0 || many != 5 {
		t.Errorf("of the first five, %d are one word where no label is, and %d where each is; want none and all", few, many)
	}
	unknown := keyphrase.Find(reader, parts, words.English, keyphrase.Shape{}, 5)
	unsure := keyphrase.Find(reader, parts, words.English, keyphrase.Shape{OneWord: 1, Labels: 4}, 5)
	if diff := cmp.Diff(unknown, unsure); diff != "" {
		t.Errorf("four labels are believed (-unknown +four):\n%s", diff)
	}
}

func TestOneWordIsNotHalfOfAnother(t *testing.T) {
	t.Parallel()
	reader, parts := read(words.English, body("Micro-purchase auctions on cloud.gov. New micro-purchase rules for cloud.gov tenants."))
	got := texts(keyphrase.Find(reader, parts, words.English, keyphrase.Shape{OneWord: 0.9, Labels: 30}, 20))
	for _, half := range []string{"micro", "purchase", "cloud", "gov"} {
		if slices.Contains(got, half) {
			t.Errorf("%q is among %q", half, got)
		}
	}
	if !slices.Contains(got, "auctions") || !slices.Contains(got, "cloud.gov") {
		t.Errorf("auctions and cloud.gov are not among %q", got)
	}
}

func TestOccurrencesAreBounded(t *testing.T) {
	t.Parallel()
	got := find(words.English, 1, body(strings.Repeat("Error budget. ", 30)))
	if len(got) != 1 || got[0].Count != 30 || len(got[0].Occurrences) != 20 {
		t.Fatalf("got %+v, want one phrase, 30 times, with 20 places", got)
	}
}

func TestNoLimitFindsNothing(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, -1} {
		if got := find(words.English, limit, body(handbook)); got != nil {
			t.Errorf("limit %d finds %q", limit, texts(got))
		}
	}
}

// check tells what is wrong with an answer, whatever the page.
func check(t *testing.T, reader *words.Reader, parts []keyphrase.Part, language words.Language, limit int) {
	t.Helper()
	got := keyphrase.Find(reader, parts, language, keyphrase.Shape{}, limit)
	if diff := cmp.Diff(got, keyphrase.Find(reader, parts, language, keyphrase.Shape{}, limit)); diff != "" {
		t.Fatalf("the same page gives another answer:\n%s", diff)
	}
	if len(got) > max(0, limit) {
		t.Fatalf("%d phrases, at most %d were asked for", len(got), limit)
	}
	type span struct {
		part  int
		start uint32
	}
	starting := map[span]int{}
	for i, part := range parts {
		for at, word := range part.Words {
			starting[span{i, word.Start}] = at
		}
	}
	for i, phrase := range got {
		if !(phrase.Score > 0) || i > 0 && phrase.Score > got[i-1].Score {
			t.Fatalf("scores are not above 0 and falling: %+v", got)
		}
		if phrase.Text == "" || strings.TrimSpace(phrase.Text) != phrase.Text || phrase.Count < len(phrase.Occurrences) || len(phrase.Occurrences) == 0 {
			t.Fatalf("an odd phrase: %+v", phrase)
		}
		for _, at := range phrase.Occurrences {
			part := parts[at.Part]
			first, ok := starting[span{at.Part, at.Start}]
			if !ok || first+len(phrase.Stems) > len(part.Words) {
				t.Fatalf("%q is nowhere at %+v", phrase.Text, at)
			}
			run := part.Words[first : first+len(phrase.Stems)]
			if run[len(run)-1].End != at.End {
				t.Fatalf("%q ends at %d, the span at %d", phrase.Text, run[len(run)-1].End, at.End)
			}
			for k, word := range run {
				if word.ID != phrase.Stems[k] {
					t.Fatalf("%q is not what stands at %+v", phrase.Text, at)
				}
				if word.Flags&words.Stop != 0 {
					t.Fatalf("%q has a stop word", phrase.Text)
				}
				if k > 0 && word.Flags&words.Break != 0 {
					t.Fatalf("%q reaches over punctuation", phrase.Text)
				}
			}
		}
	}
}

func TestEveryAnswerKeepsItsPromises(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(handbook+"\n\n", 40)
	for _, language := range []words.Language{words.English, words.Unknown, words.German, words.CJK} {
		for _, limit := range []int{1, 7, 1000} {
			reader, parts := read(language, title("Incident response"), body(long), code("budget := error(call)"), heading("機械学習モデルの評価"))
			check(t, reader, parts, language, limit)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("Incident response", handbook, uint8(1), 10)
	f.Add("", "Sensor networks\n\tand you\nSensor networks grow: a@b.c, https://x.y/z, R&D", uint8(1), 3)
	f.Add("機械学習", "機械学習モデルの評価を説明します。머신러닝 모델을 검증합니다. การจัดการเอกสาร", uint8(9), 20)
	f.Add("a", "state-of-the-art l'école don't 3.5-4.5 x-y-z U.S.", uint8(3), 5)
	f.Add("\xff", "\n\t\n\t", uint8(0), 1)
	f.Fuzz(func(t *testing.T, heading, text string, language uint8, limit int) {
		if len(text) > 20_000 {
			return
		}
		tongue := words.Language(language % 10)
		reader, parts := read(tongue, block{weight: 4, title: len(heading)%2 == 0, text: heading}, body(text), code(heading))
		check(t, reader, parts, tongue, limit%100)
	})
}

// prose is about so many words of English with the repetitions of a real text.
func prose(count int) string {
	topics := strings.Fields("cluster ledger sensor payment token queue index shard mirror ticket sprint budget audit vendor parser runner")
	sentences := []string{"The %s %s depends on each %s gateway. ", "We reviewed the %s policy, and a %s %s report. ", "After that, %s was moved to the %s of the %s team. "}
	var out strings.Builder
	state := uint32(7)
	next := func() string {
		state = state*1664525 + 1013904223
		word := topics[state>>20%16]
		if state>>13&3 == 0 { // and words that are said once
			word += string(rune('a'+state>>9%26)) + string(rune('a'+state>>17%26))
		}
		return word
	}
	for n := 0; n < count; n += 9 {
		sentence := sentences[n/9%3]
		for strings.Contains(sentence, "%s") {
			sentence = strings.Replace(sentence, "%s", next(), 1)
		}
		out.WriteString(sentence)
	}
	return out.String()
}

func BenchmarkFind(b *testing.B) {
	for _, size := range []struct {
		name  string
		count int
	}{{"1000words", 1_000}, {"10000words", 10_000}, {"100000words", 100_000}} {
		b.Run(size.name, func(b *testing.B) {
			reader, parts := read(words.English, title("Payment gateway"), body(prose(size.count)))
			b.ReportAllocs()
			for b.Loop() {
				keyphrase.Find(reader, parts, words.English, keyphrase.Shape{}, 40)
			}
		})
	}
}
