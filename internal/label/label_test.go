package label

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"labelup/internal/fault"
)

// nameCase is a line of testdata/names.jsonl, which the test of the panel's
// static/src/name.ts reads as well.
type nameCase struct {
	Case      string
	Text      string
	Name      Name
	Reason    string // a Reason without its "label_"; "" for a name
	Character string // of forbidden_character
}

func nameCases(t *testing.T) []nameCase {
	t.Helper()
	file, err := os.Open("testdata/names.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var cases []nameCase
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	for {
		var c nameCase
		if err := decoder.Decode(&c); errors.Is(err, io.EOF) {
			return cases
		} else if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
}

func TestParse(t *testing.T) {
	for _, c := range nameCases(t) {
		t.Run(c.Case, func(t *testing.T) {
			got, err := Parse(c.Text)
			if diff := cmp.Diff(c.Name, got); diff != "" {
				t.Errorf("name (-want +got):\n%s", diff)
			}
			if reason, character := verdict(err); reason != c.Reason || character != c.Character {
				t.Errorf("refused for %q %q, want %q %q", reason, character, c.Reason, c.Character)
			}
		})
	}
	for _, text := range []string{"a\xff", strings.Repeat("x ", 1<<19)} {
		if name, err := Parse(text); err == nil {
			t.Errorf("%.20q is the name %q", text, name)
		}
	}
}

// verdict is why a name is refused, as the browser says it.
func verdict(err error) (reason, character string) {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return "", ""
	}
	if e.Reason == Forbidden {
		character = string(e.Character)
	}
	return strings.TrimPrefix(string(e.Reason), "label_"), character
}

func TestEveryForbiddenCharacterCannotBeHeld(t *testing.T) {
	for _, r := range ":;,.?&[]()#^*@!<>" {
		_, err := Held("a" + string(r) + "b")
		checkError(t, err, &Error{Reason: Forbidden, Character: r})
	}
}

func TestHeld(t *testing.T) {
	for _, test := range []struct {
		name string
		text string
		err  *Error
	}{
		{name: "a name is itself", text: "red"},
		{name: "capitals stay", text: "Red"},
		{name: "an accent of its own stays", text: "cafe\u0301"},
		{name: "a zero-width space that is there can be named", text: "re\u200bd"},
		{name: "255 characters are a name", text: strings.Repeat("x", 255)},
		{name: "nothing is no name", err: &Error{Reason: Empty}},
		{name: "a space cannot be in a name", text: "a b", err: &Error{Reason: Forbidden, Character: ' '}},
		{name: "space around a name cannot be in it", text: " a", err: &Error{Reason: Forbidden, Character: ' '}},
		{name: "another prefix cannot be removed", text: "my:favourite", err: &Error{Reason: Forbidden, Character: ':'}},
		{name: "256 characters are too long", text: strings.Repeat("x", 256), err: &Error{Reason: TooLong}},
		{name: "a lone byte is refused", text: "\xc3", err: &Error{Reason: NotUnicode}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Held(test.text)
			checkError(t, err, test.err)
			if err == nil && string(got) != test.text {
				t.Errorf("Held changed %q into %q", test.text, got)
			}
		})
	}
}

// Each character of the planes that have letters, so that no corner of Unicode
// is left to chance; without the large scripts that know no case.
func TestParseIsIdempotentForEveryCharacter(t *testing.T) {
	for r := rune(0); r < 0x20000; r++ {
		if !utf8.ValidRune(r) || unicode.In(r, unicode.Han, unicode.Hangul, unicode.Tangut) {
			continue
		}
		checkParsed(t, "a"+string(r)+"\u0331Σ")
	}
}

// The tables of x/text/cases would be a hundredth of what the browser loads, and
// what they have beyond those of package unicode is for languages.
func lowerByCases(text string) string {
	text = cases.Lower(language.Und).String(lowerSigmas(norm.NFC.String(text)))
	return norm.NFC.String(dotsOverI.ReplaceAllString(text, "i"))
}

var dotsOverI = regexp.MustCompile("i\u0307+")

func TestTheLowerCaseOfEveryCharacterIsThatOfXTextCases(t *testing.T) {
	if unicode.Version != cases.UnicodeVersion {
		t.Skipf("Go has Unicode %s, x/text %s: what is new in one of them differs", unicode.Version, cases.UnicodeVersion)
	}
	every := &strings.Builder{}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		every.WriteString("i" + string(r) + " ")
		if every.Len() > 1<<16 || r == unicode.MaxRune {
			if got, want := Lower(every.String()), lowerByCases(every.String()); got != want {
				t.Errorf("up to %U: lower case is %q, want %q", r, got, want)
			}
			every.Reset()
		}
	}
}

func FuzzLower(f *testing.F) {
	f.Add("İi\u0307\u0307ΣΑΣ \u0345K")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || unicode.Version != cases.UnicodeVersion {
			return
		}
		if got, want := Lower(text), lowerByCases(text); got != want {
			t.Errorf("%q in lower case is %q, want %q", text, got, want)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "Red", " to do ", "cafe\u0301", "İ\u0331", "ΟΔΟΣ", "a\xffb", "team:x", "\u200d", "x\u3164", "❤\ufe0f\u200d🔥 ", "\u0646\u0650\u200c\u0628", strings.Repeat("\u0301", 64), strings.Repeat("x", 300)} {
		f.Add(seed)
	}
	f.Fuzz(checkParsed)
}

// checkParsed holds what is true of every text.
func checkParsed(t *testing.T, text string) {
	t.Helper()
	name, err := Parse(text)
	if err != nil {
		if name != "" {
			t.Errorf("Parse(%q) refuses and returns %q", text, name)
		}
		if kind := fault.Of(err).Kind; kind != fault.BadRequest {
			t.Errorf("Parse(%q) is a fault of kind %s", text, kind)
		}
		return
	}
	if again, err := Parse(string(name)); err != nil || again != name {
		t.Errorf("Parse(%q) = %q, parsed again %q, %v", text, name, again, err)
	}
	if held, err := Held(string(name)); err != nil || held != name {
		t.Errorf("Parse(%q) = %q, which Confluence could not hold: %v", text, name, err)
	}
	if n := len(utf16.Encode([]rune(string(name)))); n == 0 || n > maxLength {
		t.Errorf("Parse(%q) has %d units", text, n)
	}
	if strings.ContainsAny(string(name), ":;,.?&[]()#^*@!<> \t\n\r\u00a0\u2028\u3000") {
		t.Errorf("Parse(%q) = %q has a forbidden character", text, name)
	}
	if !norm.NFC.IsNormalString(string(name)) {
		t.Errorf("Parse(%q) = %q is not in NFC", text, name)
	}
}

func TestErrorSaysWhereAndNotWhat(t *testing.T) {
	_, err := NewChange([]string{"fine", "se,cret"}, nil)
	if got, want := err.Error(), "label_forbidden_character U+002C at add[1]"; got != want {
		t.Errorf("error is %q, want %q", got, want)
	}
	if f := fault.Of(err); f.Kind != fault.BadRequest || f.Reason != "label_forbidden_character" {
		t.Errorf("fault is %v", f)
	}
}

func TestGlobalOfLeavesOtherPrefixesAlone(t *testing.T) {
	got := GlobalOf([]Label{{"1", Global, "b"}, {"2", My, "favourite"}, {"3", Team, "red"}, {"4", Global, "a"}})
	if diff := cmp.Diff(NewSet("a", "b"), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("Release Notes für später"); err != nil {
			b.Fatal(err)
		}
	}
}

func checkError(t *testing.T, err error, want *Error) {
	t.Helper()
	got, _ := errors.AsType[*Error](err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	if (err == nil) != (want == nil) {
		t.Errorf("error is %v", err)
	}
}
