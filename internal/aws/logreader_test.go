package aws_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/aws"
	"labelup/internal/aws/awstest"
)

func TestTheReaderSeesWhatTheSinkWrote(t *testing.T) {
	fake := awstest.Start(t)
	sink := aws.NewLogSink(fake.Settings(), logGroup, logStream, 14)
	lines := numbered(0, 3)
	write(t, sink, lines...)
	closed(t, sink)
	var got []string
	err := aws.NewLogReader(fake.Settings(), logGroup).Lines(t.Context(), time.Now().Add(-time.Hour), time.Time{}, false, func(line string) error {
		got = append(got, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lines, got); diff != "" {
		t.Errorf("lines (-written +read):\n%s", diff)
	}
}

func TestTheReaderReadsAllPagesOfTheTimeAskedFor(t *testing.T) {
	fake := awstest.Start(t)
	fake.AddLogGroup(logGroup, logStream)
	fake.PageSize(3)
	start := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for i, line := range numbered(0, 20) {
		fake.AddLine(t, logGroup, []string{"web.1", "web.2"}[i%2], line, start.Add(time.Duration(i)*time.Minute))
	}
	var seen calls
	settings := fake.Settings()
	settings.Observe = seen.observe
	for name, test := range map[string]struct {
		since, until time.Time
		want         []string
	}{
		"all":          {time.Time{}, time.Time{}, numbered(0, 20)},
		"from a time":  {start.Add(15 * time.Minute), time.Time{}, numbered(15, 5)},
		"up to a time": {time.Time{}, start.Add(4 * time.Minute), numbered(0, 5)},
		"between":      {start.Add(5 * time.Minute), start.Add(12 * time.Minute), numbered(5, 8)},
		"none":         {start.Add(time.Hour), time.Time{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			err := aws.NewLogReader(settings, logGroup).Lines(t.Context(), test.since, test.until, false, func(line string) error {
				got = append(got, line)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
	if len(seen.of("logs_read")) < 15 {
		t.Errorf("%d calls were observed", len(seen.of("logs_read")))
	}
}

func TestAReaderThatFollowsSeesEachLineOnceAndLateOnesToo(t *testing.T) {
	fake := awstest.Start(t)
	fake.AddLogGroup(logGroup, logStream)
	fake.PageSize(2)
	start := time.Now()
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	fake.AddLine(t, logGroup, logStream, "old", at(-3600))
	fake.AddLine(t, logGroup, logStream, "first", at(-60))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got := make(chan string, 100)
	ended := make(chan error)
	go func() {
		ended <- aws.NewQuickLogReader(fake.Settings(), logGroup).Lines(ctx, at(-600), time.Time{}, true, func(line string) error {
			got <- line
			return nil
		})
	}()
	expect := func(want string) {
		t.Helper()
		select {
		case line := <-got:
			if line != want {
				t.Fatalf("the next line is %q, want %q", line, want)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%q does not come", want)
		}
	}
	expect("first")
	fake.AddLine(t, logGroup, logStream, "second", at(0))
	expect("second")
	fake.AddLine(t, logGroup, "web.2", "late", at(-20)) // another process sends later
	expect("late")
	fake.AddLine(t, logGroup, "web.2", "same time", at(0))
	expect("same time")
	fake.AddLine(t, logGroup, logStream, "third", at(100))
	expect("third")
	before := len(fake.Called())
	eventually(t, "it asks again", func() bool { return len(fake.Called()) > before+10 })
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
	if len(got) > 0 {
		t.Errorf("%q came twice", <-got)
	}
}

func TestWhyTheReaderStops(t *testing.T) {
	t.Parallel()
	own := errors.New("the terminal is gone")
	fake := awstest.Start(t)
	fake.AddLogGroup(logGroup, logStream)
	fake.AddLine(t, logGroup, logStream, "a line", time.Now())
	for _, follow := range []bool{false, true} {
		lines := func(group string) error {
			return aws.NewQuickLogReader(fake.Settings(), group).Lines(t.Context(), time.Time{}, time.Time{}, follow, func(string) error { return own })
		}
		if err := lines(logGroup); err != own { //nolint:errorlint // as it is
			t.Errorf("follow %t: %v", follow, err)
		}
		if class := classOf(t, lines("labelup/log-2")); class != aws.NotFound {
			t.Errorf("follow %t, no such group: class %s", follow, class)
		}
		for fault, want := range map[awstest.Fault]string{awstest.Deny: aws.Denied, awstest.Throttle: aws.Throttled, awstest.Half: aws.Unavailable} {
			fake.Misbehave(fault, -1)
			if class := classOf(t, lines(logGroup)); class != want {
				t.Errorf("follow %t, %s: class %s", follow, fault, class)
			}
			fake.Behave()
		}
	}
}
