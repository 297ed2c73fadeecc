package logreader

import (
	"container/list"
	"slices"
	"time"
)

// event is a request with its calls, or a line that belongs to no request.
type event struct {
	records []record
	left    int           // further records that were left out
	waits   *list.Element // in window.opened; nil when nothing more is waited for
	touched time.Time     // when the last of it arrived, on our clock
	newest  time.Time     // of its records
}

// Bounds of what is held back to put the lines of a request together.
const (
	maxEventRecords = 200
	maxFinished     = 200    // requests that wait for a late line, such as the router's
	maxOpened       = 2000   // requests of which only calls were seen
	maxHeld         = 20_000 // records in all

	settled = time.Second      // after this nothing more of a finished request is expected
	lost    = 60 * time.Second // after this the end of a request is not expected; one takes 20 s, and longer only if its answer is not read
)

// window gathers lines into events. A request's own line comes last, after its
// calls, and lines of several processes arrive nearly in order: so it holds back
// little, and what comes too late becomes an event of its own.
type window struct {
	emit     func(*event) error
	byID     map[string]*event // that are held
	opened   *list.List        // of *event, the oldest first
	finished []*event          // the first finished first
	held     int
	newest   time.Time
}

func newWindow(emit func(*event) error) *window {
	return &window{emit: emit, byID: map[string]*event{}, opened: list.New()}
}

// add takes a record that arrived now.
func (w *window) add(r record, now time.Time) error {
	e := w.eventOf(r)
	e.touched = now
	if r.Time.After(e.newest) {
		e.newest = r.Time
	}
	if r.Time.After(w.newest) {
		w.newest = r.Time
	}
	ends := e.waits != nil && r.Message == request
	if ends || len(e.records) < maxEventRecords {
		e.records = append(e.records, r)
		w.held++
	} else {
		e.left++
	}
	if ends {
		w.finish(e)
	}
	return w.settle(now)
}

// finish puts an event behind those that are shown before it.
func (w *window) finish(e *event) {
	w.opened.Remove(e.waits)
	e.waits = nil
	w.finished = append(w.finished, e)
}

// eventOf is the event that the record belongs to, a new one if none is held.
func (w *window) eventOf(r record) *event {
	if e := w.byID[r.RequestID]; e != nil {
		return e
	}
	e := &event{}
	if r.RequestID == "" {
		w.finished = append(w.finished, e)
		return e
	}
	w.byID[r.RequestID] = e
	e.waits = w.opened.PushBack(e)
	return e
}

// settle gives up on what is too old or too much to wait for, and emits what is
// complete.
func (w *window) settle(now time.Time) error {
	for w.opened.Len() > 0 {
		oldest, _ := w.opened.Front().Value.(*event)
		tooMuch := w.opened.Len() > maxOpened || w.held > maxHeld && len(w.finished) == 0
		if !tooMuch && now.Sub(oldest.touched) < lost && w.newest.Sub(oldest.newest) < lost {
			break
		}
		w.finish(oldest)
	}
	for len(w.finished) > 0 && (len(w.finished) > maxFinished || w.held > maxHeld || now.Sub(w.finished[0].touched) >= settled) {
		first := w.finished[0]
		w.finished = w.finished[1:]
		if err := w.show(first); err != nil {
			return err
		}
	}
	return nil
}

// flush emits all that is left, at the end of the input.
func (w *window) flush() error {
	for w.opened.Len() > 0 {
		oldest, _ := w.opened.Front().Value.(*event)
		w.finish(oldest)
	}
	slices.SortStableFunc(w.finished, func(a, b *event) int { return a.newest.Compare(b.newest) })
	for _, e := range w.finished {
		if err := w.show(e); err != nil {
			return err
		}
	}
	return nil
}

func (w *window) show(e *event) error {
	w.held -= len(e.records)
	delete(w.byID, e.records[0].RequestID) // a line without one is not in it
	return w.emit(e)
}
