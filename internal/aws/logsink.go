package aws

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

var logPatience = patience{
	attempts: 3, backoff: 2 * time.Second,
	connect: 5 * time.Second, firstByte: 10 * time.Second, silence: 30 * time.Second,
}

const (
	// maxPending bounds what waits to be sent, in bytes as CloudWatch counts
	// them: some ten thousand lines.
	maxPending = 4 << 20
	// logCallTime is the longest that one call takes, with its tries.
	logCallTime = 20 * time.Second
	// After a failure the sink waits, from one second up to a minute.
	firstPause   = time.Second
	longestPause = time.Minute
)

// LogSink writes lines to one stream of CloudWatch Logs, from a goroutine of
// its own: every 5 s, and as soon as a call is full. What it cannot send it
// keeps and tries again; what it cannot keep it drops and counts. A line can
// arrive twice if the answer to a call is lost.
type LogSink struct {
	client        *cloudwatchlogs.Client
	group, stream string
	retentionDays int32
	pace          pace

	dropped atomic.Int64
	full    chan struct{} // holds one: a whole batch is waiting
	closing chan struct{}
	done    chan struct{}
	stop    context.CancelFunc // ends the goroutine's calls
	result  error              // of the last flush; written before done is closed

	mu      sync.Mutex
	pending []event // in the order of Write; only the goroutine removes
	size    int     // bytes of pending
	closed  bool
}

// pace is when the sink sends, and by which clock lines are stamped.
type pace struct {
	flush, firstPause time.Duration
	now               func() time.Time
}

// NewLogSink starts a sink. The group and the stream are made if they are not
// there, and the group keeps its lines for retentionDays, one of the numbers
// that CloudWatch knows, from the first flush on. Until that is so nothing is
// sent. One stream is for one process.
func NewLogSink(settings Settings, group, stream string, retentionDays int) *LogSink {
	return newLogSink(settings, group, stream, retentionDays, pace{5 * time.Second, firstPause, time.Now})
}

func newLogSink(settings Settings, group, stream string, retentionDays int, pace pace) *LogSink {
	ctx, stop := context.WithCancel(context.Background())
	s := &LogSink{
		client: cloudwatchlogs.NewFromConfig(settings.config(settings.LogsEndpoint, logPatience)),
		group:  group, stream: stream,
		retentionDays: int32(min(retentionDays, 3653)), //nolint:gosec // CloudWatch keeps at most ten years
		pace:          pace,
		full:          make(chan struct{}, 1),
		closing:       make(chan struct{}),
		done:          make(chan struct{}),
		stop:          stop,
	}
	go s.run(ctx)
	return s
}

// Write takes one line, with or without its line break. It never blocks and
// never fails: a line that finds no room is dropped and counted.
func (s *LogSink) Write(p []byte) (int, error) {
	line := strings.ToValidUTF8(strings.TrimRight(string(p), "\r\n"), "\uFFFD")
	if line == "" { // CloudWatch takes none
		return len(p), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := event{s.pace.now().UnixMilli(), line}
	if s.closed || len(line) > maxLine || s.size+e.size() > maxPending {
		s.dropped.Add(1)
		return len(p), nil
	}
	s.pending = append(s.pending, e)
	s.size += e.size()
	if s.size >= maxBatchBytes || len(s.pending) >= maxBatchEvents {
		select {
		case s.full <- struct{}{}:
		default:
		}
	}
	return len(p), nil
}

// Dropped is how many lines were lost so far.
func (s *LogSink) Dropped() int64 { return s.dropped.Load() }

// Close sends what is waiting, within ctx, and ends the sink. It tries once: at
// a failure it gives up. What was not sent is counted as dropped, and Close
// returns why, an *Error. Lines written from now on are dropped.
func (s *LogSink) Close(ctx context.Context) error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
	}
	s.mu.Unlock()
	select {
	case <-s.done:
	case <-ctx.Done():
		s.stop()
		<-s.done
	}
	return s.result
}

func (s *LogSink) run(ctx context.Context) {
	defer close(s.done)
	defer s.stop()
	ready := false
	pause, full := s.pace.flush, s.full
	for closing := false; !closing; {
		select {
		case <-s.closing:
			closing = true
		case <-full:
		case <-time.After(pause):
		}
		s.result = s.flush(ctx, &ready)
		switch {
		case s.result == nil:
			pause, full = s.pace.flush, s.full
		case full != nil: // the first failure; a full batch does not hurry the next try
			pause, full = s.pace.firstPause, nil
		default:
			pause = min(2*pause, longestPause)
		}
		if s.result != nil { // not all processes at once
			pause = pause/2 + rand.N(pause/2)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped.Add(int64(len(s.pending)))
	s.pending, s.size = nil, 0
}

// flush sends all that was waiting when it began, until a call fails. What is
// written meanwhile waits for the next flush: calls for a few lines each would
// never end while the service is busy.
func (s *LogSink) flush(ctx context.Context, ready *bool) error {
	s.mu.Lock()
	waiting := len(s.pending)
	s.mu.Unlock()
	for waiting > 0 {
		s.mu.Lock()
		batch := slices.Clone(s.pending[:nextBatch(s.pending[:waiting])])
		s.mu.Unlock()
		if !*ready {
			if err := s.prepare(ctx); err != nil {
				return err
			}
			*ready = true
		}
		rejected, err := s.send(ctx, batch)
		switch {
		case classIs(err, NotFound): // somebody deleted the group or the stream
			*ready = false
			return err
		case classIs(err, Other): // never will it take this batch; the next ones must not wait behind it
			rejected = len(batch)
		case err != nil && !classIs(err, Exists):
			return err
		}
		s.dropped.Add(int64(rejected))
		s.remove(len(batch))
		waiting -= len(batch)
	}
	return nil
}

func (s *LogSink) remove(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.pending[:n] {
		s.size -= e.size()
	}
	s.pending = slices.Delete(s.pending, 0, n)
}

// prepare makes the group and the stream, and sets how long lines are kept.
// The group is only made if it is missing, so that the permission to make one
// is not needed for one that is there.
func (s *LogSink) prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, logCallTime)
	defer cancel()
	err := s.retain(ctx)
	if classIs(err, NotFound) {
		_, err = s.client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &s.group})
		if err == nil || classIs(err, Exists) {
			err = s.retain(ctx)
		}
	}
	if err != nil {
		return leave("logs_retention", err)
	}
	_, err = s.client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &s.group, LogStreamName: &s.stream})
	if classIs(err, Exists) {
		return nil
	}
	return leave("logs_create_stream", err)
}

func (s *LogSink) retain(ctx context.Context) error {
	_, err := s.client.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{
		LogGroupName: &s.group, RetentionInDays: &s.retentionDays,
	})
	return err
}

// send returns how many of the lines CloudWatch took and threw away, for being
// too old or in the future.
func (s *LogSink) send(ctx context.Context, batch []event) (rejected int, err error) {
	// A clock that was set back must not make the whole batch invalid.
	slices.SortStableFunc(batch, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	events := make([]types.InputLogEvent, len(batch))
	for i := range batch {
		events[i] = types.InputLogEvent{Timestamp: &batch[i].at, Message: &batch[i].line}
	}
	ctx, cancel := context.WithTimeout(ctx, logCallTime)
	defer cancel()
	out, err := s.client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
		LogGroupName: &s.group, LogStreamName: &s.stream, LogEvents: events,
	})
	if err != nil {
		return 0, leave("logs_put", err)
	}
	return rejectedOf(out.RejectedLogEventsInfo, len(batch)), nil
}

// rejectedOf counts by the indexes that CloudWatch gives: lines before an end,
// and lines from a start on.
func rejectedOf(info *types.RejectedLogEventsInfo, sent int) int {
	if info == nil {
		return 0
	}
	first, last := 0, sent // those that were taken
	if info.ExpiredLogEventEndIndex != nil {
		first = max(first, int(*info.ExpiredLogEventEndIndex))
	}
	if info.TooOldLogEventEndIndex != nil {
		first = max(first, int(*info.TooOldLogEventEndIndex))
	}
	if info.TooNewLogEventStartIndex != nil {
		last = min(last, int(*info.TooNewLogEventStartIndex))
	}
	return min(sent, sent-max(0, last-first))
}
