package label

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"labelup/internal/fault"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name string
		text string
		want Name
		err  *Error
	}{
		{name: "a name that is one already stays", text: "release-notes", want: "release-notes"},
		{name: "letters become lower case", text: "ReleaseNotes", want: "releasenotes"},
		{name: "space around a name goes", text: " \t red\n", want: "red"},
		{name: "a run of whitespace becomes one hyphen", text: "to  do \t list", want: "to-do-list"},
		{name: "a no-break space is whitespace", text: "to\u00a0do", want: "to-do"},
		{name: "an ideographic space is whitespace", text: "設計　書", want: "設計-書"},
		{name: "a separator that only Java calls whitespace is whitespace", text: "a\x1fb", want: "a-b"},
		{name: "hyphens that were typed stay", text: "a--b", want: "a--b"},
		{name: "an accent typed as its own character is composed", text: "cafe\u0301", want: "café"},
		{name: "a compatibility character keeps its look", text: "№1", want: "№1"},
		{name: "the Kelvin sign becomes k", text: "\u212a", want: "k"},
		{name: "a Turkish capital I with dot becomes two characters", text: "İSTANBUL", want: "i̇stanbul"},
		{name: "marks above and below a Turkish I come in canonical order", text: "İ\u0331", want: "i\u0331\u0307"},
		{name: "a sigma that ends a word gets its final form", text: "ΟΔΟΣ", want: "οδος"},
		{name: "the German sharp s stays", text: "Straße", want: "straße"},
		{name: "an emoji of several people stays whole", text: "👩‍👩‍👧", want: "👩‍👩‍👧"},
		{name: "a format character that has a shape stays", text: "\u0600١", want: "\u0600١"},
		{name: "the signs that Confluence allows stay", text: `a/b\c_d-e+f=g%h~i$j"k'l|m{n}`, want: `a/b\c_d-e+f=g%h~i$j"k'l|m{n}`},
		{name: "255 characters are a name", text: strings.Repeat("x", 255), want: Name(strings.Repeat("x", 255))},
		{name: "255 characters with space around them are a name", text: strings.Repeat(" ", 9000) + strings.Repeat("x", 255), want: Name(strings.Repeat("x", 255))},
		{name: "127 emoji are 254 units and a name", text: strings.Repeat("🐛", 127), want: Name(strings.Repeat("🐛", 127))},

		{name: "nothing is no name", text: "", err: &Error{Reason: Empty}},
		{name: "only space is no name", text: " \u3000\t", err: &Error{Reason: Empty}},
		{name: "only joiners is no name", text: "\u200d\u200c", err: &Error{Reason: Empty}},
		{name: "256 characters are too long", text: strings.Repeat("x", 256), err: &Error{Reason: TooLong}},
		{name: "128 emoji are 256 units and too long", text: strings.Repeat("🐛", 128), err: &Error{Reason: TooLong}},
		{name: "a length is counted after lower case", text: strings.Repeat("İ", 128), err: &Error{Reason: TooLong}},
		{name: "a megabyte is too long", text: strings.Repeat("x ", 1<<19), err: &Error{Reason: TooLong}},
		{name: "a comma is refused", text: "a,b", err: &Error{Reason: Forbidden, Character: ','}},
		{name: "a team prefix is refused for its colon", text: "team:x", err: &Error{Reason: Forbidden, Character: ':'}},
		{name: "a person's prefix is refused for its colon", text: "~user:x", err: &Error{Reason: Forbidden, Character: ':'}},
		{name: "a Greek question mark is a semicolon", text: "a\u037e", err: &Error{Reason: Forbidden, Character: ';'}},
		{name: "a zero-width space is refused", text: "re\u200bd", err: &Error{Reason: Invisible, Character: '\u200b'}},
		{name: "a change of writing direction is refused", text: "red\u202e", err: &Error{Reason: Invisible, Character: '\u202e'}},
		{name: "a null character is refused", text: "a\x00", err: &Error{Reason: Invisible, Character: 0}},
		{name: "a lone byte is refused", text: "a\xff", err: &Error{Reason: NotUnicode}},
		{name: "what a decoder made of a lone byte is refused", text: "a\ufffd", err: &Error{Reason: NotUnicode}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.text)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("name (-want +got):\n%s", diff)
			}
			checkError(t, err, test.err)
		})
	}
}

func TestEveryForbiddenCharacterIsNamed(t *testing.T) {
	for _, r := range ":;,.?&[]()#^*@!<>" {
		text := "a" + string(r) + "b"
		_, err := Parse(text)
		checkError(t, err, &Error{Reason: Forbidden, Character: r})
		_, err = Held(text)
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

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "Red", " to do ", "cafe\u0301", "İ\u0331", "ΟΔΟΣ", "a\xffb", "team:x", "\u200d", strings.Repeat("\u0301", 64), strings.Repeat("x", 300)} {
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
	if n := len(utf16.Encode([]rune(string(name)))); n == 0 || n > MaxLength {
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
	if diff := cmp.Diff([]Name{"a", "b"}, got.Names()); diff != "" {
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
