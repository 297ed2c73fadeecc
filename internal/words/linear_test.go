//go:build !race

// What the race detector adds says nothing of what reading costs.

package words

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
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
	long := func(text string) time.Duration { return costOf(strings.Repeat(text, size/len(text)), English) }
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

// isLinear reads a text in which the one is there again and again and then the
// other as often, and one that is four times as long. That takes four times as
// much processor time, and not 16 times.
func isLinear(t *testing.T, language Language, one, other string, size int) {
	t.Helper()
	const most = 8
	cost := func(size int) time.Duration {
		count := max(1, size/len(one+other))
		return costOf(strings.Repeat(one, count)+strings.Repeat(other, count), language)
	}
	grows := func(size int) bool { return cost(4*size) > most*max(cost(size), 100*time.Microsecond) }
	for range 4 { // what else goes on may make one of them dearer
		if !grows(size) || !grows(2*size) {
			return
		}
	}
	t.Errorf("%q and then %q again and again: %d bytes take %v, four times as many %v", one, other, size, cost(size), cost(4*size))
}

// costOf is the processor time that a page of this text takes.
func costOf(text string, language Language) time.Duration {
	r := NewReader()
	m := NewMarker(r)
	m.Mark("A plan", r.Read("A plan", language, nil))
	before := processorTime()
	read := r.Read(text, language, nil)
	m.Mark(text, read)
	m.MarkRest(text, read)
	Detect(text)
	return processorTime() - before
}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(fmt.Sprint("no processor time is known: ", err))
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
