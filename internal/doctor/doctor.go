// Package doctor checks whether everything that the service needs is there and
// set up well, and says of what is not what to do about it, for a person who
// did not write the service.
//
// It must not change anything but for one small object in the bucket, which it
// removes again, and must not show a secret, a site or a text of another
// server: only what it found, in its own words.
package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// State is how something is.
type State string

const (
	Fine    State = "ok"
	Warning State = "warning" // it works, and should not stay so
	Problem State = "problem" // something does not work, or sites can be lost
)

// Result is what a check found.
type Result struct {
	State  State  `json:"state"`
	Detail string `json:"detail"`           // what was found
	Remedy string `json:"remedy,omitempty"` // what to do; empty if it is fine
}

// Check is one thing that is looked at. Run keeps to its context, and must be
// safe to run beside the others.
type Check struct {
	Name string
	Run  func(ctx context.Context) Result
}

// timeout is what each check may take.
const timeout = 10 * time.Second

// Run runs all checks side by side and writes what they found in their order,
// as a report for a person or as JSON. It returns the exit code: 1 if there is
// a problem or the report cannot be written, 0 otherwise.
func Run(ctx context.Context, checks []Check, w io.Writer, asJSON bool) int {
	return run(ctx, checks, w, asJSON, timeout)
}

func run(ctx context.Context, checks []Check, w io.Writer, asJSON bool, timeout time.Duration) int {
	found := make([]chan Result, len(checks))
	for i, check := range checks {
		found[i] = make(chan Result, 1)
		go func() { found[i] <- bounded(ctx, check, timeout) }()
	}
	report := report{OK: true}
	for i, check := range checks {
		result := <-found[i]
		report.Checks = append(report.Checks, named{check.Name, result})
		report.OK = report.OK && result.State != Problem
	}
	write := report.write
	if asJSON {
		write = report.writeJSON
	}
	if err := write(w); err != nil || !report.OK {
		return 1
	}
	return 0
}

// bounded runs a check that may hang or panic, and judges that too.
func bounded(ctx context.Context, check Check, timeout time.Duration) Result {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done := make(chan Result, 1)
	go func() {
		defer func() {
			if recover() != nil { // its value may quote anything
				done <- Result{Problem, "The check itself failed.", "Report this: it is a mistake in the program."}
			}
		}()
		done <- check.Run(ctx)
	}()
	select {
	case result := <-done:
		return result
	case <-ctx.Done():
	}
	select {
	case result := <-done: // the check noticed the end of its time as well, and may say more
		return result
	case <-time.After(timeout / 10):
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return Result{Problem, "The check was stopped.", "Run it again."}
	}
	return Result{Problem, fmt.Sprintf("There was no answer within %v.", timeout), "See whether it is overloaded, or a firewall drops the connection."}
}

// report is what the checks found together.
type report struct {
	OK     bool    `json:"ok"` // no check found a problem
	Checks []named `json:"checks"`
}

type named struct {
	Name string `json:"name"`
	Result
}

func (r report) writeJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

func (r report) write(w io.Writer) error {
	var text strings.Builder
	count := map[State]int{}
	for _, check := range r.Checks {
		count[check.State]++
		fmt.Fprintf(&text, "%-8s %s: %s\n", check.State, check.Name, check.Detail)
		if check.Remedy != "" {
			fmt.Fprintf(&text, "         > %s\n", check.Remedy)
		}
	}
	fmt.Fprintf(&text, "\n%d checks, %d problems, %d warnings.\n", len(r.Checks), count[Problem], count[Warning])
	_, err := io.WriteString(w, text.String())
	return err
}

// findings gathers what one check found, the worst of which decides.
type findings struct {
	state    State
	details  []string
	remedies []string
}

func (f *findings) add(state State, detail, remedy string) {
	f.details = append(f.details, detail)
	if remedy != "" {
		f.remedies = append(f.remedies, remedy)
	}
	switch {
	case f.state == "", state == Problem, state == Warning && f.state == Fine:
		f.state = state
	}
}

func (f *findings) judged() Result {
	return Result{f.state, strings.Join(f.details, " "), strings.Join(f.remedies, " ")}
}
