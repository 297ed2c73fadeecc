package logreader

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func linesOf(t *testing.T, input string) []string {
	t.Helper()
	var lines []string
	if err := eachLine(strings.NewReader(input), func(line string) error { lines = append(lines, line); return nil }); err != nil {
		t.Fatal(err)
	}
	return lines
}

func framed(text string) string { return fmt.Sprintf("%d %s", len(text), text) }

func TestAStreamIsCutIntoLinesAndFrames(t *testing.T) {
	const one, two = "<40>1 2026-11-22T06:35:53Z host app web.1 - one", "<40>1 2026-11-22T06:35:53Z host app web.1 - two"
	long := strings.Repeat("x", maxLine+100)
	tests := map[string]struct {
		input string
		want  []string
	}{
		"nothing":                                   {"", nil},
		"lines":                                     {"a\nb\r\n\nc\n", []string{"a", "b", "c"}},
		"a last line without an end":                {"a\nb", []string{"a", "b"}},
		"frames, with line ends and without":        {framed(one+"\n") + framed(two) + framed(one), []string{one, two, one}},
		"frames among lines":                        {"a\n" + framed(one) + "b\n" + framed(two), []string{"a", one, "b", two}},
		"a line that begins with a number":          {"12 apples\n7\n", []string{"12 apples", "7"}},
		"a count that runs over the end of a line":  {"99 " + one + "\n" + framed(two) + strings.Repeat("y", 60), []string{"99 " + one, two, strings.Repeat("y", 60)}},
		"a count beyond the end of the stream":      {"9999 " + one, []string{"9999 " + one}},
		"a count beyond all bounds":                 {"99999999999999999999 " + one + "\nb\n", []string{"99999999999999999999 " + one, "b"}},
		"a line that is too long is one empty line": {"a\n" + long + "\nb\n", []string{"a", "", "b"}},
		"also if it is the last":                    {"a\n" + long, []string{"a", ""}},
		"also if it is very long":                   {long + long + long + "\nb", []string{"", "b"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, linesOf(t, test.input)); diff != "" {
				t.Errorf("lines differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnErrorOfTheStreamIsReturnedAfterItsLines(t *testing.T) {
	var lines []string
	err := eachLine(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("a"))), func(line string) error {
		lines = append(lines, line)
		return nil
	})
	if !errors.Is(err, iotest.ErrTimeout) || len(lines) != 1 || lines[0] != "a" {
		t.Errorf("it ends with %v after %q", err, lines)
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\n83 <40>1 x\n\n"))
	f.Add([]byte("5 <40>15 <40>1"))
	f.Fuzz(func(t *testing.T, input []byte) {
		total := 0
		if err := eachLine(bytes.NewReader(input), func(line string) error {
			if len(line) > maxLine+maxCount || strings.Contains(line, "\n") {
				t.Errorf("a line of %d bytes", len(line))
			}
			total += len(line)
			return nil
		}); err != nil {
			t.Error(err)
		}
		if total > len(input) {
			t.Errorf("%d bytes became %d", len(input), total)
		}
	})
}
