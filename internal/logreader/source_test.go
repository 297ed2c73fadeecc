package logreader

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestAStreamThatNeverEndsIsLeftWhenTheContextEnds(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	t.Cleanup(func() { _ = writer.Close() })
	go func() { _, _ = writer.Write([]byte("one\n")) }()
	err := FromReader(reader).Lines(ctx, time.Time{}, time.Time{}, false, func(line string) error {
		if line != "one" {
			t.Errorf("line %q", line)
		}
		stop()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Lines = %v", err)
	}
}

func TestAnErrorOfTheCallerEndsTheReading(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write(t, path, os.O_CREATE, "one\ntwo\n")
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	enough := errors.New("enough")
	for name, source := range map[string]Source{"of a stream": FromReader(file), "of a file": FromFile(path)} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			err := source.Lines(t.Context(), time.Time{}, time.Time{}, true, func(string) error { calls++; return enough })
			if !errors.Is(err, enough) || calls != 1 {
				t.Errorf("Lines = %v after %d lines", err, calls)
			}
		})
	}
}

func TestAFileThatIsNotFollowedEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write(t, path, os.O_CREATE, "one\ntwo")
	var lines []string
	if err := FromFile(path).Lines(t.Context(), time.Time{}, time.Time{}, false, func(line string) error {
		lines = append(lines, line)
		return nil
	}); err != nil || len(lines) != 2 {
		t.Errorf("Lines = %v with %q", err, lines)
	}
	if err := FromFile(path+".not").Lines(t.Context(), time.Time{}, time.Time{}, true, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there gives %v", err)
	}
}

func write(t *testing.T, path string, flags int, text string) {
	t.Helper()
	file, err := os.OpenFile(path, flags|os.O_WRONLY, 0o600)
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := file.WriteString(text); err != nil {
		t.Error(err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

func TestAFileIsFollowedThroughWhatRotationDoesToIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	tests := map[string]struct {
		happens func(t *testing.T)
		want    []string
	}{
		"lines are added":                              {func(t *testing.T) { write(t, path, os.O_APPEND, "new\n") }, []string{"new"}},
		"a line is added in two parts":                 {func(t *testing.T) { write(t, path, os.O_APPEND, "n"); rest(); write(t, path, os.O_APPEND, "ew\n") }, []string{"new"}},
		"it is cut off":                                {func(t *testing.T) { write(t, path, os.O_TRUNC, "new\n") }, []string{"new"}},
		"it is moved away and made anew":               {func(t *testing.T) { move(t, path); write(t, path, os.O_CREATE, "new\n") }, []string{"new"}},
		"it is moved away and made anew after a while": {func(t *testing.T) { move(t, path); rest(); write(t, path, os.O_CREATE, "new\n") }, []string{"new"}},
		"something is added just before it is moved away": {func(t *testing.T) {
			write(t, path, os.O_APPEND, "late\n")
			move(t, path)
			write(t, path, os.O_CREATE, "new\n")
		}, []string{"late", "new"}},
		"a line of the old file has no end": {func(t *testing.T) {
			write(t, path, os.O_APPEND, "ha")
			rest()
			move(t, path)
			write(t, path, os.O_CREATE, "new\n")
		}, []string{"ha", "new"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_ = os.Remove(path)
			write(t, path, os.O_CREATE, "a line that was there\n")
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			var got []string
			done := make(chan struct{}) // it happens while the file is read
			err := fileSource{path, time.Millisecond}.Lines(ctx, time.Time{}, time.Time{}, true, func(line string) error {
				if line == "a line that was there" {
					go func() { defer close(done); test.happens(t) }()
				} else {
					got = append(got, line)
				}
				if len(got) == len(test.want) {
					stop()
				}
				return nil
			})
			<-done
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("Lines = %v with %q, want %q", err, got, test.want)
			}
			for i, want := range test.want {
				if got[i] != want {
					t.Errorf("lines %q, want %q", got, test.want)
				}
			}
		})
	}
}

// rest gives the reader the time to see a state in between. If it does not, the
// test is easier than it is meant to be, and does not fail.
func rest() { time.Sleep(20 * time.Millisecond) }

func move(t *testing.T, path string) {
	t.Helper()
	if err := os.Rename(path, path+".1"); err != nil {
		t.Error(err)
	}
}
