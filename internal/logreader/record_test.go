package logreader

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/technicallog"
)

const (
	stamp  = "2026-11-22T06:35:53.000000+00:00"
	inJSON = `{"time":"2026-11-22T06:35:53Z","level":"ERROR","msg":"request","route":"/api/labels","method":"POST","status":502,` +
		`"duration_ms":8012.5,"request_id":"abcd1234","site":"0123456789ab","kind":"upstream","reason":"timeout","cause":"timeout"}`
)

var parsedJSON = record{
	Time: time.Date(2026, 11, 22, 6, 35, 53, 0, time.UTC), Level: slog.LevelError, Message: "request", Route: "/api/labels", Method: "POST",
	Status: 502, Duration: 8012.5, RequestID: "abcd1234", Site: "0123456789ab", Kind: "upstream", Reason: "timeout", Cause: "timeout",
}

func TestALineIsReadInEveryFormThatItComesIn(t *testing.T) {
	tests := map[string]string{
		"bare":                                      inJSON,
		"with spaces around":                        "  " + inJSON + "\r\n",
		"as heroku logs prints it":                  stamp + " app[web.1]: " + inJSON,
		"as a Heroku drain sends it":                "<190>1 " + stamp + " host app web.1 - " + inJSON,
		"with its octet count":                      "415 <190>1 " + stamp + " host app web.1 - " + inJSON,
		"as RFC 5424 has it, without data":          "<190>1 " + stamp + " host app web.1 - - " + inJSON,
		"as RFC 5424 has it, with data":             `<190>1 ` + stamp + ` host app web.1 ID47 [x@1 a="b]\"{"][y c="d"] ` + "\ufeff" + inJSON,
		"as CloudWatch prints it with its stream":   stamp + " web-1 " + inJSON,
		"as the journal of a machine prints it":     "Nov 22 06:35:53 host labelup[12]: " + inJSON,
		"with a field that this version has not":    strings.Replace(inJSON, `"kind"`, `"new_field":{"a":[1]},"kind"`, 1),
		"with a time of another zone, shown as UTC": strings.Replace(inJSON, "06:35:53Z", "08:35:53+02:00", 1),
	}
	for name, line := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := parse(line)
			if !ok {
				t.Fatal("it is skipped")
			}
			if diff := cmp.Diff(parsedJSON, got); diff != "" {
				t.Errorf("record differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNoLineOfTheLogIsSkipped(t *testing.T) {
	tests := map[string]string{
		"nothing":                            "",
		"a sentence":                         "Starting process with command `bin/labelup serve`",
		"what Heroku says of a process":      stamp + " heroku[web.1]: State changed from starting to up",
		"a process that ended well":          stamp + " heroku[web.1]: Process exited with status 0",
		"a process that ended with nonsense": stamp + " heroku[web.1]: Process exited with status 1\x1b[31m",
		"a command that somebody ran":        stamp + " heroku[run.1234]: Process exited with status 1",
		"a code of Heroku's own log":         stamp + " heroku[logplex]: Error L10 (output buffer overflow)",
		"a code that is none":                stamp + " heroku[web.1]: Error R14; (x",
		"a process's line without a time":    "then heroku[web.1]: Error R14 (Memory quota exceeded)",
		"another program that failed":        stamp + " other[web.1]: Error R14 (Memory quota exceeded)",
		"a line that pretends to be of it":   `{"time":"2026-11-22T06:35:53Z","level":"INFO","msg":"heroku process"}`,
		"JSON of another program":            `{"level":"info","message":"hello"}`,
		"JSON without a time":                `{"msg":"request","status":200}`,
		"JSON without a message":             `{"time":"2026-11-22T06:35:53Z","status":200}`,
		"JSON that is cut off":               inJSON[:100],
		"a field of another type":            strings.Replace(inJSON, "502", `"502"`, 1),
		"a number that is none":              strings.Replace(inJSON, "502", "1e999", 1),
		"JSON far behind something else":     strings.Repeat("x", 600) + " " + inJSON,
		"a router's line without a time":     "then heroku[router]: at=error code=H12",
		"a router's line of the year 1":      "0001-01-01T00:00:00+00:00 heroku[router]: at=error code=H12",
		"half a syslog header":               "<190>1 " + stamp + " host",
		"data that does not end":             "<190>1 " + stamp + ` host app web.1 - [x a="`,
		"a line that pretends to be Heroku":  `{"time":"2026-11-22T06:35:53Z","level":"INFO","msg":"heroku router"}`,
	}
	for name, line := range tests {
		t.Run(name, func(t *testing.T) {
			if got, ok := parse(line); ok {
				t.Errorf("it is read as %+v", got)
			}
		})
	}
}

func TestOfTheRouterOnlyCodeStatusTimeAndRequestAreTaken(t *testing.T) {
	pairs := `at=error code=H12 desc="Request timeout" method=GET path="/macro/labels?jwt=eyJ.secret code=H99 \" status=200" ` +
		`host=labelup.example.com request_id=30f14c6c-1fc4-482e-9c2e-2d1e4a4f0a11 fwd="203.0.113.9" dyno=web.1 connect=1ms service=30001ms status=503 bytes=0 protocol=https`
	want := record{
		Time: time.Date(2026, 11, 22, 6, 35, 53, 0, time.UTC), Level: slog.LevelError, Message: "heroku router", Method: "GET",
		Status: 503, Duration: 30001, RequestID: "30f14c6c-1fc4-482e-9c2e-2d1e4a4f0a11", Code: "H12",
	}
	for name, line := range map[string]string{
		"as heroku logs prints it":   stamp + " heroku[router]: " + pairs,
		"as a Heroku drain sends it": "410 <158>1 " + stamp + " host heroku router - " + pairs,
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := parse(line)
			if diff := cmp.Diff(want, got); diff != "" || !ok {
				t.Errorf("read %v; record differs (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func TestWhatHerokuSaysOfAProcessThatFailedIsRead(t *testing.T) {
	failed := record{Time: time.Date(2026, 11, 22, 6, 35, 53, 0, time.UTC), Level: slog.LevelError, Message: "heroku process", Place: "web.1"}
	for says, with := range map[string]func(*record){
		"Error R14 (Memory quota exceeded)": func(r *record) { r.Code = "R14" },
		"Process exited with status 1":      func(r *record) { r.Code, r.Reason = "exited", "status_1" },
		"Process exited with status 137":    func(r *record) { r.Code, r.Reason = "exited", "status_137" },
		"State changed from up to crashed":  func(r *record) { r.Code = "crashed" },
	} {
		want := failed
		with(&want)
		for _, front := range []string{stamp + " heroku[web.1]: ", "83 <45>1 " + stamp + " host heroku web.1 - "} {
			got, ok := parse(front + says)
			if diff := cmp.Diff(want, got); diff != "" || !ok {
				t.Errorf("%s%s: read %v; record differs (-want +got):\n%s", front, says, ok, diff)
			}
		}
	}
}

func TestTheRoutersLevelIsWhatItSays(t *testing.T) {
	for said, want := range map[string]slog.Level{"info": slog.LevelInfo, "warning": slog.LevelWarn, "error": slog.LevelError} {
		if got, ok := parse(stamp + " heroku[router]: at=" + said + " sock=client service=NaNms"); !ok || got.Level != want || got.Duration != 0 {
			t.Errorf("at=%s is read as %+v", said, got)
		}
	}
}

func TestWhatCouldSteerATerminalIsWithheld(t *testing.T) {
	line := strings.NewReplacer("/api/labels", `\u001b]0;owned\u0007`, "upstream", "préfixe", "abcd1234", strings.Repeat("a", 500)).Replace(inJSON)
	got, ok := parse(line)
	if !ok || got.Route != "[withheld]" || got.Kind != "[withheld]" || got.RequestID != "[withheld]" || got.Reason != "timeout" {
		t.Errorf("it is read as %+v", got)
	}
}

func TestNumbersBeyondSenseAreBounded(t *testing.T) {
	for said, want := range map[string]float64{"1e300": maxDuration, "-5": 0} {
		if got, ok := parse(strings.Replace(inJSON, "8012.5", said, 1)); !ok || got.Duration != want {
			t.Errorf("a duration of %s is read as %v, want %v", said, got.Duration, want)
		}
	}
}

// TestEveryFieldOfTheLogIsRead fails if the log gets a field that support would
// not see.
func TestEveryFieldOfTheLogIsRead(t *testing.T) {
	read := map[string]bool{}
	for field := range reflect.TypeFor[record]().Fields() {
		read[field.Tag.Get("json")] = true
	}
	for _, field := range technicallog.Data.Fields {
		if !read[field.Name] {
			t.Errorf("%s is not read", field.Name)
		}
		delete(read, field.Name)
	}
	delete(read, "-")
	if len(read) > 0 {
		t.Errorf("%v are read and the log does not have them", read)
	}
}

func TestWhatTheLogWritesIsRead(t *testing.T) {
	var out bytes.Buffer
	technicallog.New(&out, slog.LevelInfo).Error("request", technicallog.Route, "/byline", technicallog.Status, 500,
		technicallog.Milliseconds(1500*time.Microsecond), technicallog.Site, technicallog.SiteHash("a-site"), technicallog.NearLimit, true)
	got, ok := parse(out.String())
	got.Time = time.Time{}
	want := record{Level: slog.LevelError, Message: "request", Route: "/byline", Status: 500, Duration: 1.5, Site: technicallog.SiteHash("a-site"), NearLimit: true}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("read %v; record differs (-want +got):\n%s", ok, diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(inJSON)
	f.Add("83 <40>1 " + stamp + ` host app web.1 - [x@1 a="b"] ` + inJSON)
	f.Add(stamp + ` heroku[router]: at=error code=H12 path="/x\"y" status=503 service=30000ms`)
	f.Add(`<1>1 t h heroku router - at="`)
	f.Add(stamp + " heroku[web.1]: Error R14 (Memory quota exceeded)")
	f.Add(stamp + " heroku[web.1]: Process exited with status 1")
	f.Fuzz(func(t *testing.T, line string) {
		r, ok := parse(line)
		if !ok {
			return
		}
		if r.Time.IsZero() || r.Message == "" || r.Duration < 0 || r.Duration > maxDuration {
			t.Errorf("read as %+v", r)
		}
		if text := fmt.Sprint(describe(r, false)); strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
			t.Errorf("it would print %q", text)
		}
	})
}
