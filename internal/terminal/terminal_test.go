package terminal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"labelup/internal/terminal"
)

func TestControlCharactersAreShownAndNotObeyed(t *testing.T) {
	for name, test := range map[string]struct{ text, line, lines string }{
		"plain text":                          {"grün 日本 🙂", "grün 日本 🙂", "grün 日本 🙂"},
		"an escape sequence":                  {"a\x1b[31mb", `a\u001b[31mb`, `a\u001b[31mb`},
		"the same in eight bits, as UTF-8":    {"a\u009b31mb", `a\u009b31mb`, `a\u009b31mb`},
		"the same in eight bits, as one byte": {"a\x9b31mb", `a\ufffd31mb`, `a\ufffd31mb`},
		"a title for the window":              {"\x1b]0;x\a", `\u001b]0;x\u0007`, `\u001b]0;x\u0007`},
		"back to the beginning of the line":   {"a\rb\bc\x7f", `a\u000db\u0008c\u007f`, `a\u000db\u0008c\u007f`},
		"text in another direction":           {"a\u202eb\u2066c", `a\u202eb\u2066c`, `a\u202eb\u2066c`},
		"lines":                               {"a\n\tb\u2028c", `a\u000a\u0009b\u2028c`, "a\n\tb" + `\u2028c`},
		"a character that stands for a fault": {"a\ufffdb", "a\ufffdb", "a\ufffdb"},
		"emoji of several characters":         {"👩\u200d💻", "👩\u200d💻", "👩\u200d💻"},
		"half a character":                    {"a\xe6\x97", `a\ufffd\ufffd`, `a\ufffd\ufffd`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := terminal.Visible(test.text); got != test.line {
				t.Errorf("in a line it is %q, want %q", got, test.line)
			}
			if got := written(t, test.text, len(test.text)); got != test.lines {
				t.Errorf("written it is %q, want %q", got, test.lines)
			}
			if got := written(t, test.text, 1); got != test.lines {
				t.Errorf("written byte by byte it is %q, want %q", got, test.lines)
			}
		})
	}
}

// written is what comes out when a text is written in parts of this size.
func written(t *testing.T, text string, size int) string {
	t.Helper()
	var out bytes.Buffer
	w := terminal.NewWriter(&out)
	for from := 0; from < len(text); from += size {
		part := text[from:min(from+size, len(text))]
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("wrote %d bytes of %d: %v", n, len(part), err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestJSONMeansTheSameAfterwards(t *testing.T) {
	want := "a\u202e\x7f\u009b\nb"
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	if err := json.Unmarshal([]byte(written(t, string(raw), len(raw))), &got); err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestAFailureOfTheWriterBeneathIsTold(t *testing.T) {
	if _, err := terminal.NewWriter(full{}).Write([]byte("a")); err == nil {
		t.Error("no error")
	}
}

func TestTheWriterBeneathIsReached(t *testing.T) {
	var out bytes.Buffer
	if got := terminal.Raw(terminal.NewWriter(&out)); got != &out {
		t.Errorf("got %v", got)
	}
	if got := terminal.Raw(&out); got != &out {
		t.Errorf("of no Writer of ours: %v", got)
	}
}

func FuzzWriter(f *testing.F) {
	f.Add("a\x1b[31m\x9b\u202eb\n", 1)
	f.Add("日本", 2)
	f.Fuzz(func(t *testing.T, text string, size int) {
		got := written(t, text, min(max(size, 1), 64))
		if !utf8.ValidString(got) {
			t.Fatalf("%q is no UTF-8", got)
		}
		if at := strings.IndexFunc(got, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }); at >= 0 {
			t.Fatalf("a control character is left in %q", got)
		}
	})
}
