package label

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/rangetable"
)

// judgement is what becomes of a text: a name, or why there is none.
type judgement struct {
	Name      string `json:"name"`
	Reason    string `json:"reason"`
	Character string `json:"character"`
	Unknown   bool   `json:"unknown"` // a character that this side's Unicode does not have
}

// The panel says while a person types what Parse would say: static/src/name.ts,
// run in node, gets the same texts. Node's Unicode may be newer than Go's, and a
// browser's older or newer than both; so the two may differ on a text with a
// character that one of them has never heard of, and on no other.
func TestTheBrowserMakesTheSameNames(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a process of node")
	}
	texts := everyCharacter()
	for _, c := range nameCases(t) {
		texts = append(texts, c.Text)
	}
	texts = append(texts, mixtures(100_000)...)

	command := exec.CommandContext(t.Context(), "node", "testdata/names.mjs")
	var complaint strings.Builder
	command.Stderr = &complaint
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		encoder := json.NewEncoder(in)
		for _, text := range texts {
			if encoder.Encode(text) != nil {
				break // node has ended, and says why
			}
		}
		_ = in.Close()
	}()

	assigned := rangetable.Assigned(unicode.Version)
	answers := json.NewDecoder(bufio.NewReader(out))
	names, wrong, unlike := 0, 0, 0
	for _, text := range texts {
		var browser judgement
		if err := answers.Decode(&browser); err != nil {
			t.Fatalf("node answers no more: %v\n%s", err, complaint.String())
		}
		name, err := Parse(text)
		here := judgement{Name: string(name)}
		here.Reason, here.Character = verdict(err)
		here.Unknown = strings.ContainsFunc(text, func(r rune) bool { return !unicode.Is(assigned, r) })
		if here.Name != "" {
			names++
		}
		if here.Name == browser.Name && here.Reason == browser.Reason && here.Character == browser.Character {
			continue
		}
		if here.Unknown != browser.Unknown {
			unlike++
			continue
		}
		if wrong++; wrong <= 20 {
			t.Errorf("%+q: %+v in Go, %+v in the browser", text, here, browser)
		}
	}
	if err := command.Wait(); err != nil {
		t.Fatalf("node: %v\n%s", err, complaint.String())
	}
	t.Logf("%d texts, %d of them names; %d differ for a character that one side does not know", len(texts), names, unlike)
	if wrong > 0 || names < len(texts)/10 {
		t.Errorf("%d of %d differ", wrong, len(texts))
	}
}

// everyCharacter is each character alone, at either end and between letters. Of
// the planes that have no letters and the scripts that know no case and nothing
// invisible there is a sample.
func everyCharacter() []string {
	var texts []string
	for r := rune(0); r <= unicode.MaxRune; r++ {
		dull := r >= 0x20000 && (r < 0xe0000 || r > 0xe0fff) || unicode.In(r, unicode.Han, unicode.Hangul, unicode.Tangut)
		if r >= 0xd800 && r <= 0xdfff || dull && r%101 != 0 && r != 0x115f && r != 0x1160 && r != 0x3164 && r != 0xffa0 {
			continue
		}
		texts = append(texts, string(r), "A"+string(r)+"b", "aΣ"+string(r))
	}
	return texts
}

// mixtures are texts of what names are refused, trimmed or respelled for.
func mixtures(count int) []string {
	pool := []string{
		"a", "B", "z", "ß", "é", "e\u0301", "İ", "I", "i", "ı", "\u0307", "\u0331", "\u0345", "Σ", "σ", "ς", "Ο", "1", "9", "-", "_", "'",
		" ", "\t", "\n", "\u00a0", "\u3000", "\u0085", "\x1f", "\x00", "\u200b", "\u200c", "\u200d", "\ufe0e", "\ufe0f", "\ufeff", "\u00ad", "\u034f",
		"\u202e", "\u2060", "\u2800", "\u3164", "\u115f", "\uffa0", "\u180b", "\u180e", "\U000e0067", "\U000e0100", "\u0600", "\u06dd", "\ufffd",
		"ب", "ی", "\u0650", "क", "\u094d", "ष", "ന", "\u0d4d", "ක", "\u0dca", "ᠠ", "ܐ", "議", "가", "ᄀ", "ᅡ",
		"👩", "🏽", "❤", "🔥", "♀", "©", "\u20e3", "🇩", "🏴", ",", ":", "#", "&", "x\u200dy", "\u06dd",
	}
	random := rand.New(rand.NewPCG(1, 2)) // the same in every run
	texts := make([]string, count)
	for i := range texts {
		var text strings.Builder
		for range 1 + random.IntN(7) {
			if random.IntN(8) == 0 {
				text.WriteRune(rune(random.IntN(0xd800)))
			} else {
				text.WriteString(pool[random.IntN(len(pool))])
			}
		}
		texts[i] = text.String()
	}
	return texts
}
