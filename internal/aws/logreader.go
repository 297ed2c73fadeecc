package aws

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

const (
	// pollEvery is how often a reader that follows asks for more. CloudWatch
	// allows an account five such calls a second.
	pollEvery = 2 * time.Second
	// lateness is how much later than its own time a line may arrive and still
	// be seen by a reader that follows. Sinks send every 5 s.
	lateness = 30 * time.Second
)

// LogReader reads what LogSinks wrote to one group, of all its streams.
type LogReader struct {
	client *cloudwatchlogs.Client
	group  string
	every  time.Duration
}

// NewLogReader is for a group that exists. It calls nobody.
func NewLogReader(settings Settings, group string) *LogReader {
	return &LogReader{
		cloudwatchlogs.NewFromConfig(settings.config(settings.LogsEndpoint, logPatience)), group, pollEvery,
	}
}

// Lines calls line for each line written from since to until, as CloudWatch
// orders them, by time within one answer. A zero time sets no limit. With
// follow it does not look at until: it goes on, asking every 2 s, until ctx
// ends, which is then no error. A line that arrives more than 30 s after its
// time is not seen by a reader that has passed it. Each is seen once.
//
// An error of line is returned as it is; all others are *Error. One that is
// fs.ErrNotExist means that there is no such group.
func (r *LogReader) Lines(ctx context.Context, since, until time.Time, follow bool, line func(string) error) error {
	if !follow {
		return r.pages(ctx, since, until, func(page []types.FilteredLogEvent) error {
			for _, e := range page {
				if err := line(*e.Message); err != nil {
					return err
				}
			}
			return nil
		})
	}
	seen := recent{ids: map[string]int64{}}
	for {
		from := since
		if overlap := time.UnixMilli(seen.from()); overlap.After(since) {
			from = overlap
		}
		err := r.pages(ctx, from, time.Time{}, func(page []types.FilteredLogEvent) error {
			for _, e := range page {
				if seen.add(*e.EventId, *e.Timestamp) {
					if err := line(*e.Message); err != nil {
						return err
					}
				}
			}
			seen.forget()
			return nil
		})
		switch {
		case err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()):
			return nil
		case err != nil:
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(r.every):
		}
	}
}

// recent are the lines of the last 30 s: those that the next answer repeats.
type recent struct {
	ids    map[string]int64 // event ids with their times, in milliseconds
	newest int64
}

// from is the time from which lines are asked for again.
func (r *recent) from() int64 { return r.newest - lateness.Milliseconds() }

func (r *recent) add(id string, at int64) (isNew bool) {
	if _, again := r.ids[id]; again {
		return false
	}
	r.ids[id] = at
	r.newest = max(r.newest, at)
	return true
}

func (r *recent) forget() {
	maps.DeleteFunc(r.ids, func(_ string, at int64) bool { return at < r.from() })
}

// pages asks until CloudWatch has no more; a page may be empty and not the last.
func (r *LogReader) pages(ctx context.Context, from, to time.Time, each func([]types.FilteredLogEvent) error) error {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &r.group}
	if from.UnixMilli() > 0 {
		in.StartTime = new(from.UnixMilli())
	}
	if !to.IsZero() {
		in.EndTime = new(to.UnixMilli())
	}
	for {
		out, err := r.client.FilterLogEvents(ctx, in)
		if err != nil {
			return leave("logs_read", err)
		}
		if slices.ContainsFunc(out.Events, func(e types.FilteredLogEvent) bool {
			return e.EventId == nil || e.Timestamp == nil || e.Message == nil
		}) {
			return &Error{"logs_read", Other}
		}
		if err := each(out.Events); err != nil {
			return err
		}
		if out.NextToken == nil || *out.NextToken == "" {
			return nil
		}
		in.NextToken = out.NextToken
	}
}
