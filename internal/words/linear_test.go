//go:build !race

// What the race detector adds says nothing of what reading costs.

package words

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"labelup/internal/costtest"
)

func TestTheCostIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads some thousands of texts")
	}
	for _, language := range []Language{English, German, CJK, Unknown} {
		t.Run(name(language), func(t *testing.T) {
			for _, fragment := range fragments {
				isLinear(t, language, fragment, "", 1<<13)
			}
		})
	}
	t.Run("with another", func(t *testing.T) {
		between := []string{" ", ", ", ": ", ".", ":", "@", "(", "-", "\n\n", "a", "1", "É", "Jane ", "by ", "Author ", "/", "様", "한", "カ"}
		after := []string{"@", ")", "}", ";", ":", ", ", "様", "\u0301"}
		for _, fragment := range fragments {
			for _, other := range between {
				isLinear(t, English, fragment+other, "", 1<<11)
			}
			for _, other := range after {
				isLinear(t, English, fragment, other, 1<<11)
			}
		}
	})
}

// Something that is looked for far ahead, but not to the end, is linear too.
func TestNoTextIsMuchDearerThanProse(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads long texts")
	}
	const size, most = 256 << 10, 10
	long := func(text string) time.Duration { return costOf(t, strings.Repeat(text, size/len(text)), English) }
	prose := func() time.Duration { return long(all(English) + " ") }
	usual := min(prose(), prose(), prose())
	for _, fragment := range fragments {
		took := long(fragment)
		for tries := 0; tries < 4 && took > most*usual; tries++ {
			took, usual = min(took, long(fragment)), max(usual, prose())
		}
		if took > most*usual {
			t.Errorf("%q again and again takes %v, prose %v", fragment, took, usual)
		}
	}
}

// isLinear reads texts in which the one is there again and again and then the other
// as often.
func isLinear(t *testing.T, language Language, one, other string, size int) {
	t.Helper()
	costtest.Linear(t, fmt.Sprintf("%q and then %q again and again", one, other), size, func(size int) time.Duration {
		count := max(1, size/len(one+other))
		return costOf(t, strings.Repeat(one, count)+strings.Repeat(other, count), language)
	})
}

// costOf is the processor time that a page of this text takes.
func costOf(t *testing.T, text string, language Language) time.Duration {
	t.Helper()
	r := NewReader()
	m := NewMarker(r)
	m.Mark("A plan", r.Read("A plan", language, nil))
	before := costtest.ProcessorTime(t)
	read := r.Read(text, language, nil)
	m.Mark(text, read)
	m.MarkRest(text, read)
	Detect(text)
	return costtest.ProcessorTime(t) - before
}
