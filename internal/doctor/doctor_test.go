package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func always(name string, state State, detail, remedy string) Check {
	return Check{name, func(context.Context) Result { return Result{state, detail, remedy} }}
}

var (
	fine   = always("clock", Fine, "It agrees.", "")
	warned = always("redis", Warning, "It is slow.", "Wait.")
	broken = always("backups", Problem, "There is none.", "Make one.")
)

func TestTheReportSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	var out bytes.Buffer
	code := Run(t.Context(), []Check{fine, warned, broken}, &out, false)
	want := `ok       clock: It agrees.
warning  redis: It is slow.
         > Wait.
problem  backups: There is none.
         > Make one.

3 checks, 1 problems, 1 warnings.
`
	if diff := cmp.Diff(want, out.String()); diff != "" || code != 1 {
		t.Errorf("exit code %d, report differs (-want +got):\n%s", code, diff)
	}
}

func TestOnlyAProblemMakesItFail(t *testing.T) {
	tests := map[string]struct {
		checks []Check
		want   int
	}{
		"nothing to check": {nil, 0},
		"all is fine":      {[]Check{fine}, 0},
		"a warning":        {[]Check{fine, warned}, 0},
		"a problem":        {[]Check{broken, fine}, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, asJSON := range []bool{false, true} {
				if got := Run(t.Context(), test.checks, &bytes.Buffer{}, asJSON); got != test.want {
					t.Errorf("Run = %d, want %d", got, test.want)
				}
			}
		})
	}
}

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestAReportThatCannotBeWrittenIsAFailure(t *testing.T) {
	if Run(t.Context(), []Check{fine}, fullWriter{}, false) != 1 || Run(t.Context(), []Check{fine}, fullWriter{}, true) != 1 {
		t.Error("the exit code says that all is well")
	}
}

func TestTheReportAsJSON(t *testing.T) {
	var out bytes.Buffer
	Run(t.Context(), []Check{fine, broken}, &out, true)
	var got any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"ok": false, "checks": []any{
		map[string]any{"name": "clock", "state": "ok", "detail": "It agrees."},
		map[string]any{"name": "backups", "state": "problem", "detail": "There is none.", "remedy": "Make one."},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("JSON differs (-want +got):\n%s", diff)
	}
}

func TestChecksRunSideBySideAndNoneHoldsUpTheReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := Check{"slow", func(ctx context.Context) Result {
			select {
			case <-time.After(9 * time.Second):
				return Result{State: Fine, Detail: "At last."}
			case <-ctx.Done():
				return Result{State: Problem, Detail: "Too early."}
			}
		}}
		release := make(chan struct{})
		deaf := Check{"deaf", func(context.Context) Result { <-release; return Result{} }}
		listens := Check{"listens", func(ctx context.Context) Result {
			<-ctx.Done()
			return Result{Problem, "It gave up by itself.", "Look there."}
		}}
		began := time.Now()
		var out bytes.Buffer
		code := Run(t.Context(), []Check{slow, deaf, slow, listens}, &out, false)
		if took := time.Since(began); took > 12*time.Second {
			t.Errorf("it took %v", took)
		}
		for _, part := range []string{"ok       slow: At last.", "problem  deaf: There was no answer within 10s.", "problem  listens: It gave up by itself."} {
			if !strings.Contains(out.String(), part) || code != 1 {
				t.Errorf("exit code %d, the report lacks %q:\n%s", code, part, out.String())
			}
		}
		close(release)
	})
}

func TestACheckThatIsInterruptedSaysSo(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	release := make(chan struct{})
	defer close(release)
	got := bounded(ctx, Check{"deaf", func(context.Context) Result { <-release; return Result{} }}, time.Second)
	if got.State != Problem || got.Detail != "The check was stopped." {
		t.Errorf("%+v", got)
	}
}

func TestACheckThatPanicsIsAProblemAndShowsNothing(t *testing.T) {
	var out bytes.Buffer
	code := Run(t.Context(), []Check{{"bad", func(context.Context) Result { panic("secret") }}, fine}, &out, false)
	if code != 1 || strings.Contains(out.String(), "secret") || !strings.Contains(out.String(), "ok       clock") {
		t.Errorf("exit code %d:\n%s", code, out.String())
	}
}

func TestTheWorstFindingDecides(t *testing.T) {
	for _, test := range []struct {
		states []State
		want   State
	}{
		{[]State{Fine, Fine}, Fine}, {[]State{Fine, Warning, Fine}, Warning}, {[]State{Problem, Fine}, Problem}, {[]State{Warning, Problem, Warning}, Problem},
	} {
		var f findings
		for _, state := range test.states {
			f.add(state, "x", "")
		}
		if got := f.judged().State; got != test.want {
			t.Errorf("%v is %s, want %s", test.states, got, test.want)
		}
	}
}
