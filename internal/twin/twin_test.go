package twin

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

var verdicts = map[string]Verdict{"no": No, "perhaps": Perhaps, "sure": Sure}

type pairCase struct{ Says, A, B, Verdict string }

// pairCases are what the browser's rule is tested with, too: static/test/twin.test.ts.
func pairCases(t *testing.T) []pairCase {
	t.Helper()
	raw, err := os.ReadFile("testdata/pairs.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var cases []pairCase
	for line := range strings.Lines(string(raw)) {
		var c pairCase
		if err := json.Unmarshal([]byte(line), &c); err != nil || c.A == "" {
			t.Fatalf("%s: %v", line, err)
		}
		if _, ok := verdicts[c.Verdict]; !ok {
			t.Fatalf("%s: no such verdict", line)
		}
		cases = append(cases, c)
	}
	return cases
}

func TestWhichNamesAreTwins(t *testing.T) {
	t.Parallel()
	for _, c := range pairCases(t) {
		t.Run(c.Says, func(t *testing.T) {
			t.Parallel()
			for _, pair := range [][2]string{{c.A, c.B}, {c.B, c.A}} {
				a, b := FormOf(pair[0]), FormOf(pair[1])
				if got := Compare(&a, &b); got != verdicts[c.Verdict] {
					t.Errorf("%q: %v, want %v: %q, %q", pair, got, verdicts[c.Verdict], a, b)
				}
				if c.Verdict == "sure" && !Alike(pair[0], pair[1]) {
					t.Errorf("%q are not even alike", pair)
				}
			}
		})
	}
}

// The letter is looked at in place of the name: it must be the one of every key.
func TestANameBeginsAsItsKeysDo(t *testing.T) {
	t.Parallel()
	known := 0
	for c := rune(1); c < 0x5000; c++ {
		if c == 0x600 {
			c = 0x3000
		}
		for _, next := range []rune{'a', 'u', '-', 'с', 'σ', 'ア', 'ー', '字', '\u3099', '\u0301', '\u0306', '\u0308', '\u0345'} {
			name := string(c) + string(next) + "xyz"
			begin := Begin(name)
			if begin == 0 {
				continue
			}
			known++
			form := FormOf(name)
			for _, key := range form.keys() {
				if first, _ := utf8.DecodeRuneInString(key); first != begin {
					t.Errorf("%q begins with %q and has the key %q", name, begin, key)
				}
			}
		}
	}
	if known < 5000 {
		t.Errorf("it is known of %d names only", known)
	}
}
