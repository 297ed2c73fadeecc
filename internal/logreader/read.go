package logreader

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Counts says how much was read. A line that is too long, or none of the log's,
// is skipped. Matched are those that the query asks for.
type Counts struct{ Lines, Skipped, Matched int }

// reading is one pass over a source.
type reading struct {
	query  Query
	now    func() time.Time
	mu     sync.Mutex // between lines and the clock
	window *window
	counts Counts
}

// read puts the events that the query asks for into emit. When ctx ends, what
// was read until then is what there is, and no error.
func read(ctx context.Context, source Source, query Query, emit func(*event) error) (Counts, error) {
	r := &reading{query: query, now: time.Now}
	var broken error // of emit, which is not tried again
	r.window = newWindow(func(e *event) error {
		if broken == nil && query.wantsEvent(e) {
			r.counts.Matched += len(e.records) + e.left
			broken = emit(e)
		}
		return broken
	})
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var ticking sync.WaitGroup
	ticking.Go(func() { // so that what is complete is shown while a stream is quiet
		if r.tick(ctx) != nil {
			stop()
		}
	})
	err := source.Lines(ctx, query.Since, query.Until, query.Follow, r.line)
	if errors.Is(err, ctx.Err()) {
		err = nil
	}
	stop()
	ticking.Wait()
	if broken == nil {
		broken = r.window.flush()
	} else {
		err = nil // it says the same
	}
	return r.counts, errors.Join(err, broken)
}

func (r *reading) line(text string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts.Lines++
	said, ok := parse(text)
	if !ok {
		r.counts.Skipped++
		return nil
	}
	if !r.query.wantsRecord(said) {
		return nil
	}
	return r.window.add(said, r.now())
}

func (r *reading) tick(ctx context.Context) error {
	clock := time.NewTicker(settled / 4)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-clock.C:
			r.mu.Lock()
			err := r.window.settle(r.now())
			r.mu.Unlock()
			if err != nil {
				return err
			}
		}
	}
}
