package logreader

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// gathered names events by their records: "a: call request".
func gathered(t *testing.T) (*window, *[]string) {
	t.Helper()
	var shown []string
	return newWindow(func(e *event) error {
		var words []string
		for _, r := range e.records {
			words = append(words, r.Message)
		}
		shown = append(shown, e.records[0].RequestID+": "+strings.Join(words, " "))
		return nil
	}), &shown
}

// step is a record, so long after noon by its own time and by ours.
type step struct {
	after       time.Duration
	id, message string
}

func TestLinesOfARequestAreGathered(t *testing.T) {
	tests := map[string]struct {
		steps []step
		want  []string
	}{
		"calls come before their request, among those of others": {
			[]step{{0, "a", call}, {0, "b", call}, {0, "a", call}, {0, "b", request}, {0, "a", request}},
			[]string{"b: call request", "a: call call request"},
		},
		"the router's line comes late": {
			[]step{{0, "a", request}, {0, "b", request}, {0, "a", router}},
			[]string{"a: request heroku router", "b: request"},
		},
		"a line without a request stands alone, in its place": {
			[]step{{0, "", "start"}, {0, "a", request}, {0, "", "stop"}},
			[]string{": start", "a: request", ": stop"},
		},
		"a request is shown a second after its line": {
			[]step{{0, "a", request}, {time.Second, "a", "late"}, {2 * time.Second, "b", request}},
			[]string{"a: request late", "b: request"},
		},
		"what comes later is an event of its own": {
			[]step{{0, "a", request}, {time.Second, "b", request}, {time.Second, "a", router}},
			[]string{"a: request", "b: request", "a: heroku router"},
		},
		"calls whose request never comes are shown after a minute": {
			[]step{{0, "a", call}, {60 * time.Second, "b", request}, {61 * time.Second, "", "stop"}, {61 * time.Second, "a", request}},
			[]string{"b: request", "a: call", ": stop", "a: request"},
		},
		"and those that are left at the end, in the order of time": {
			[]step{{0, "a", call}, {1, "b", call}, {2, "", "stop"}, {3, "a", call}},
			[]string{"b: call", ": stop", "a: call call"},
		},
		"a second line of a request does not end it again": {
			[]step{{0, "a", request}, {0, "a", request}, {0, "b", request}},
			[]string{"a: request request", "b: request"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w, shown := gathered(t)
			for _, s := range test.steps {
				at := noon.Add(s.after)
				if err := w.add(record{Time: at, RequestID: s.id, Message: s.message}, at); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.flush(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, *shown); diff != "" {
				t.Errorf("events differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsHeldBackIsBounded(t *testing.T) {
	tests := map[string]func(i int) record{
		"requests that never end":            func(i int) record { return record{RequestID: fmt.Sprint(i), Message: call} },
		"one request that never ends":        func(int) record { return record{RequestID: "a", Message: call} },
		"requests that end again and again":  func(int) record { return record{RequestID: "a", Message: request} },
		"requests of many lines":             func(i int) record { return record{RequestID: fmt.Sprint(i % 1000), Message: call} },
		"finished requests after one is not": func(i int) record { return record{RequestID: fmt.Sprint(i), Message: request} },
		"lines of no request":                func(int) record { return record{Message: "start"} },
	}
	for name, of := range tests {
		t.Run(name, func(t *testing.T) {
			emitted, left := 0, 0
			w := newWindow(func(e *event) error { emitted += len(e.records); left += e.left; return nil })
			const total = 50_000
			add := func(r record) {
				r.Time = noon
				if err := w.add(r, noon); err != nil {
					t.Fatal(err)
				}
			}
			add(record{RequestID: "first", Message: call})
			for i := range total {
				add(of(i))
				if w.held > maxHeld+1 || w.opened.Len() > maxOpened || len(w.finished) > maxFinished || len(w.byID) > maxOpened+maxFinished {
					t.Fatalf("after %d lines it holds %d records, %d open, %d finished, %d by id", i, w.held, w.opened.Len(), len(w.finished), len(w.byID))
				}
			}
			if err := w.flush(); err != nil {
				t.Fatal(err)
			}
			if emitted+left != total+1 || w.held != 0 {
				t.Errorf("%d of %d lines were shown, %d counted, %d are still held", emitted, total+1, left, w.held)
			}
		})
	}
}
