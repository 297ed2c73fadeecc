package aws_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/aws"
	"labelup/internal/aws/awstest"
)

const (
	logGroup  = "labelup/log"
	logStream = "web.1"
	never     = time.Hour // a flush that no test waits for
)

func write(t *testing.T, sink *aws.LogSink, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if n, err := sink.Write([]byte(line + "\n")); err != nil || n != len(line)+1 {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
}

func closed(t *testing.T, sink *aws.LogSink) {
	t.Helper()
	if err := sink.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// eventually waits for what happens in the sink's own time.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !happened() {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func numbered(from, count int) []string {
	lines := make([]string, count)
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"line":%d}`, from+i)
	}
	return lines
}

func TestCloseSendsWhatIsWaitingAndMakesTheGroupWithItsRetention(t *testing.T) {
	fake := awstest.Start(t)
	sink := aws.NewLogSink(fake.Settings(), logGroup, logStream, 14)
	lines := numbered(0, 25)
	write(t, sink, lines...)
	write(t, sink, "") // CloudWatch takes no empty line
	closed(t, sink)
	if diff := cmp.Diff(lines, fake.Lines(logGroup, logStream)); diff != "" {
		t.Errorf("lines (-written +arrived):\n%s", diff)
	}
	if days := fake.RetentionDays(logGroup); days != 14 {
		t.Errorf("the group keeps lines for %d days", days)
	}
	if n := sink.Dropped(); n != 0 {
		t.Errorf("%d lines were dropped", n)
	}
	closed(t, sink) // again
	write(t, sink, "too late")
	if n := sink.Dropped(); n != 1 {
		t.Errorf("%d lines were dropped, want the one after Close", n)
	}
}

func TestAGroupThatIsThereKeepsItsLinesAndGetsTheRetention(t *testing.T) {
	fake := awstest.Start(t)
	fake.AddLogGroup(logGroup, logStream)
	fake.AddLine(t, logGroup, logStream, "before", time.Now().Add(-time.Minute))
	fake.Misbehave(awstest.Deny, -1, "CreateLogGroup") // which is not needed
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 30, never, time.Now)
	write(t, sink, "after")
	closed(t, sink)
	if diff := cmp.Diff([]string{"before", "after"}, fake.Lines(logGroup, logStream)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if days := fake.RetentionDays(logGroup); days != 30 {
		t.Errorf("the group keeps lines for %d days", days)
	}
}

func TestNothingIsSentThatWouldBeKeptForTooLong(t *testing.T) {
	fake := awstest.Start(t)
	fake.AddLogGroup(logGroup, logStream)
	fake.Misbehave(awstest.Deny, -1, "PutRetentionPolicy")
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, never, time.Now)
	write(t, sink, "a line")
	if class := classOf(t, sink.Close(t.Context())); class != aws.Denied {
		t.Errorf("class %s", class)
	}
	if lines := fake.Lines(logGroup, logStream); len(lines) > 0 || sink.Dropped() != 1 {
		t.Errorf("arrived: %q, dropped: %d", lines, sink.Dropped())
	}
}

func TestLinesAreSentAfterAWhileWithoutClose(t *testing.T) {
	fake := awstest.Start(t)
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, 20*time.Millisecond, time.Now)
	defer closed(t, sink)
	for i := range 3 {
		write(t, sink, numbered(i, 1)...)
		eventually(t, "the line arrives", func() bool { return len(fake.Lines(logGroup, logStream)) == i+1 })
	}
}

func TestAFullBatchIsSentAtOnceAndNoBatchIsTooLarge(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ count, length int }{
		"by their number": {21_000, 10},
		"by their bytes":  {2_500, 1_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := awstest.Start(t)
			sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, never, time.Now)
			lines := make([]string, test.count)
			for i := range lines {
				lines[i] = fmt.Sprintf("%0*d", test.length, i)
			}
			write(t, sink, lines...)
			eventually(t, "a batch arrives", func() bool { return len(fake.Batches()) > 0 })
			closed(t, sink)
			if got := fake.Lines(logGroup, logStream); !slices.Equal(got, lines) || sink.Dropped() != 0 {
				t.Errorf("%d lines arrived of %d, %d were dropped; or their order changed", len(got), len(lines), sink.Dropped())
			}
		})
	}
}

func TestLinesWrittenDuringACallWaitForTheNextFlush(t *testing.T) {
	t.Parallel()
	fake := awstest.Start(t)
	fake.Proxy.Delay(20 * time.Millisecond)
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, 200*time.Millisecond, time.Now)
	begun := time.Now()
	written := 0
	for ; time.Since(begun) < time.Second; written++ {
		write(t, sink, numbered(written, 1)...)
		time.Sleep(time.Millisecond)
	}
	most := int(time.Since(begun)/(200*time.Millisecond)) + 1 // and the one of Close
	closed(t, sink)
	if calls := len(fake.Batches()); calls > most || len(fake.Lines(logGroup, logStream)) != written {
		t.Errorf("%d calls, want at most %d; %d lines arrived of %d", calls, most, len(fake.Lines(logGroup, logStream)), written)
	}
}

func TestAnOutageDropsAndCountsWhatFindsNoRoomAndSendsTheRestOnceItIsOver(t *testing.T) {
	t.Parallel()
	fake := awstest.Start(t)
	var seen calls
	settings := fake.Settings()
	settings.Observe = seen.observe
	fake.Proxy.Down()
	sink := aws.NewQuickLogSink(settings, logGroup, logStream, 14, 10*time.Millisecond, time.Now)
	line := strings.Repeat("x", 10_000)
	const count = 1000 // 10 MB
	within(t, func() {
		for i := range count {
			write(t, sink, fmt.Sprintf("%04d", i)+line)
		}
	})
	kept := aws.MaxPending / (len(line) + 4 + 26)
	if dropped := sink.Dropped(); dropped != int64(count-kept) {
		t.Errorf("%d lines were dropped, want %d", dropped, count-kept)
	}
	eventually(t, "it tries", func() bool { return len(seen.of("logs_retention")) > 1 })
	fake.Proxy.Heal()
	eventually(t, "the lines arrive", func() bool { return len(fake.Lines(logGroup, logStream)) == kept })
	write(t, sink, "after")
	closed(t, sink)
	got := fake.Lines(logGroup, logStream)
	if len(got) != kept+1 || !slices.IsSorted(got) || got[kept] != "after" {
		t.Errorf("%d lines arrived, want %d in their order", len(got), kept+1)
	}
	if dropped := sink.Dropped(); dropped != int64(count-kept) {
		t.Errorf("%d lines were dropped at last", dropped)
	}
}

func TestTroubleWithTheLogNeitherLosesNorRepeatsLines(t *testing.T) {
	t.Parallel()
	for _, fault := range []awstest.Fault{awstest.Throttle, awstest.Fail, awstest.Deny, awstest.Reset} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			fake := awstest.Start(t)
			sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, 10*time.Millisecond, time.Now)
			fake.Misbehave(fault, 4)
			lines := numbered(0, 50)
			write(t, sink, lines...)
			eventually(t, "the lines arrive", func() bool { return len(fake.Lines(logGroup, logStream)) >= len(lines) })
			closed(t, sink)
			if diff := cmp.Diff(lines, fake.Lines(logGroup, logStream)); diff != "" || sink.Dropped() != 0 {
				t.Errorf("%d dropped; lines (-written +arrived):\n%s", sink.Dropped(), diff)
			}
		})
	}
}

func TestAGroupThatIsDeletedIsMadeAgain(t *testing.T) {
	fake := awstest.Start(t)
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, 10*time.Millisecond, time.Now)
	write(t, sink, "before")
	eventually(t, "the line arrives", func() bool { return len(fake.Lines(logGroup, logStream)) == 1 })
	fake.RemoveLogGroup(logGroup)
	write(t, sink, "after")
	eventually(t, "the next line arrives", func() bool { return len(fake.Lines(logGroup, logStream)) == 1 })
	closed(t, sink)
	if days := fake.RetentionDays(logGroup); days != 14 {
		t.Errorf("the new group keeps lines for %d days", days)
	}
}

func TestABatchThatCloudWatchWillNeverTakeDoesNotHoldUpTheNext(t *testing.T) {
	fake := awstest.Start(t)
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, 10*time.Millisecond, time.Now)
	fake.Misbehave(awstest.Strange, 1, "PutLogEvents")
	write(t, sink, "refused")
	eventually(t, "it is dropped", func() bool { return sink.Dropped() == 1 })
	write(t, sink, "taken")
	closed(t, sink)
	if diff := cmp.Diff([]string{"taken"}, fake.Lines(logGroup, logStream)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestCloseGivesUpWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	fake := awstest.Start(t)
	fake.Misbehave(awstest.Hang, -1)
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, never, time.Now)
	write(t, sink, "one", "two")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	within(t, func() {
		if err := sink.Close(ctx); err == nil || classOf(t, err) != aws.Canceled {
			t.Errorf("Close says %v", err)
		}
	})
	if n := sink.Dropped(); n != 2 {
		t.Errorf("%d lines were dropped", n)
	}
}

func TestCloseDoesNotWaitForAnOutageToEnd(t *testing.T) {
	t.Parallel()
	fake := awstest.Start(t)
	fake.Proxy.Down()
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, never, time.Now)
	write(t, sink, "one")
	within(t, func() {
		if err := sink.Close(t.Context()); err == nil || classOf(t, err) != aws.Unavailable {
			t.Errorf("Close says %v", err)
		}
	})
}

func TestLinesOfManyDaysAndOfAClockSetBackArriveInValidBatches(t *testing.T) {
	fake := awstest.Start(t)
	start := time.Now()
	offsets := []time.Duration{-73 * time.Hour, -72 * time.Hour, -47 * time.Hour, -24 * time.Hour, -2 * time.Hour, -3 * time.Hour, -time.Hour, 0}
	written := 0
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, never, func() time.Time {
		written++
		return start.Add(offsets[written-1])
	})
	lines := numbered(0, len(offsets))
	write(t, sink, lines...)
	closed(t, sink)
	got := fake.Lines(logGroup, logStream)
	slices.Sort(got)
	if diff := cmp.Diff(lines, got); diff != "" || sink.Dropped() != 0 {
		t.Errorf("%d dropped; lines (-written +arrived):\n%s", sink.Dropped(), diff)
	}
	if batches := fake.Batches(); len(batches) < 3 {
		t.Errorf("batches of %v lines", batches)
	}
}

func TestLinesThatCloudWatchThrowsAwayAreCounted(t *testing.T) {
	fake := awstest.Start(t)
	start := time.Now()
	offsets := []time.Duration{-15 * 24 * time.Hour, -time.Hour, 0, 3 * time.Hour, 4 * time.Hour}
	written := 0
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, never, func() time.Time {
		written++
		return start.Add(offsets[written-1])
	})
	lines := numbered(0, len(offsets))
	write(t, sink, lines...)
	closed(t, sink)
	if diff := cmp.Diff(lines[1:3], fake.Lines(logGroup, logStream)); diff != "" || sink.Dropped() != 3 {
		t.Errorf("%d dropped, want 3; lines (-want +arrived):\n%s", sink.Dropped(), diff)
	}
}

func TestALineThatIsTooLongIsDroppedAndOneThatIsNoTextIsMendedNotRefused(t *testing.T) {
	fake := awstest.Start(t)
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, never, time.Now)
	longest := strings.Repeat("x", aws.MaxLine)
	write(t, sink, longest, longest+"x", "bad \xff byte")
	closed(t, sink)
	if got := fake.Lines(logGroup, logStream); len(got) != 2 || got[0] != longest || got[1] != "bad \uFFFD byte" || sink.Dropped() != 1 {
		t.Errorf("%d lines arrived, %d were dropped", len(got), sink.Dropped())
	}
}

func TestManyWritersAtOnceLoseNothing(t *testing.T) {
	fake := awstest.Start(t)
	sink := aws.NewQuickLogSink(fake.Settings(), logGroup, logStream, 14, 5*time.Millisecond, time.Now)
	const writers, each = 8, 200
	done := make(chan struct{})
	for i := range writers {
		go func() {
			for _, line := range numbered(i*each, each) {
				_, _ = sink.Write([]byte(line))
			}
			done <- struct{}{}
		}()
	}
	for range writers {
		<-done
	}
	closed(t, sink)
	got, want := fake.Lines(logGroup, logStream), numbered(0, writers*each)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d lines arrived of %d, or other ones", len(got), len(want))
	}
}
