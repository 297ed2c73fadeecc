package confluence

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseLimit(t *testing.T) {
	now := time.Date(2026, 3, 26, 15, 50, 0, 0, time.UTC)
	for _, test := range []struct {
		name   string
		header map[string]string
		want   limit
	}{
		{name: "no header says nothing"},
		{
			name:   "plenty left says nothing to heed",
			header: map[string]string{"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "90", "X-RateLimit-NearLimit": "false"},
		}, {
			name:   "seconds to wait",
			header: map[string]string{"Retry-After": "7"},
			want:   limit{wait: 7 * time.Second},
		}, {
			name:   "a date to wait for",
			header: map[string]string{"Retry-After": "Thu, 26 Mar 2026 15:51:30 GMT"},
			want:   limit{wait: 90 * time.Second},
		}, {
			name:   "a date that has passed is no wait",
			header: map[string]string{"Retry-After": "Thu, 26 Mar 2026 15:00:00 GMT"},
		}, {
			name:   "a negative number is no wait",
			header: map[string]string{"Retry-After": "-3"},
		}, {
			name:   "a number beyond all bounds waits for an hour",
			header: map[string]string{"Retry-After": "9000000000000000000"},
			want:   limit{wait: time.Hour},
		}, {
			name:   "a reset without seconds",
			header: map[string]string{"X-RateLimit-Reset": "2026-03-26T16:00Z"},
			want:   limit{reset: 10 * time.Minute},
		}, {
			name:   "a reset with seconds and a time zone",
			header: map[string]string{"X-RateLimit-Reset": "2026-03-26T16:50:05+01:00"},
			want:   limit{reset: 5 * time.Second},
		}, {
			name:   "none remaining spends the endpoint until the reset",
			header: map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-03-26T15:51Z"},
			want:   limit{near: true, reset: time.Minute, spent: [scopes]time.Duration{endpoint: time.Minute}},
		}, {
			name:   "near the limit",
			header: map[string]string{"X-RateLimit-NearLimit": "true"},
			want:   limit{near: true},
		}, {
			name:   "the quota of the whole app",
			header: map[string]string{"RateLimit-Reason": "confluence-quota-global-based", "Retry-After": "600"},
			want:   limit{scope: wholeApp, quota: true, wait: 10 * time.Minute},
		}, {
			name:   "the quota of one site",
			header: map[string]string{"RateLimit-Reason": "Confluence-Quota-Tenant-Based"},
			want:   limit{scope: wholeSite, quota: true},
		}, {
			name:   "a burst",
			header: map[string]string{"RateLimit-Reason": "confluence-burst-based"},
		}, {
			name:   "a reason nobody has heard of stops the endpoint",
			header: map[string]string{"RateLimit-Reason": "moon-phase"},
		}, {
			name: "a structured quota that is used up",
			header: map[string]string{
				"RateLimit-Policy": `"global-app-quota";q=65000;w=3600, "tenant-app-quota";q=100000;w=3600`,
				"RateLimit":        `"tenant-app-quota";r=50000;t=600,"global-app-quota";r=0;t=600`,
			},
			want: limit{near: true, spent: [scopes]time.Duration{wholeApp: 10 * time.Minute}},
		}, {
			name: "a structured quota with little left",
			header: map[string]string{
				"RateLimit-Policy": `"tenant-app-quota";q=100;w=3600`,
				"RateLimit":        `"tenant-app-quota";r=19;t=600`,
			},
			want: limit{near: true},
		}, {
			name:   "a structured name may have separators in it",
			header: map[string]string{"RateLimit": `"tenant, a;b" ; r=0 ; t=5 , junk;;r=x`},
			want:   limit{near: true, spent: [scopes]time.Duration{wholeSite: 5 * time.Second}},
		}, {
			name:   "beta headers are told and not obeyed",
			header: map[string]string{"Beta-RateLimit": `"global-app-quota";r=0;t=600`, "Beta-Retry-After": "600"},
			want:   limit{near: true},
		}, {
			name:   "legacy beta headers are told and not obeyed",
			header: map[string]string{"X-Beta-RateLimit-NearLimit": "true", "X-Beta-RateLimit-Remaining": "0", "X-Beta-RateLimit-Reset": "2026-03-26T16:00Z"},
			want:   limit{near: true},
		}, {
			name:   "the gateway's own limiter says nothing about when",
			header: map[string]string{"X-Failure-Category": "FAILURE CLIENT RATE LIMITED", "X-RateLimit-Limit": "360000"},
		}, {
			name:   "nonsense is ignored",
			header: map[string]string{"Retry-After": "soon", "X-RateLimit-Reset": "tomorrow", "X-RateLimit-Remaining": "some", "RateLimit": `";;=,"`, "RateLimit-Policy": "="},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := http.Header{}
			for key, value := range test.header {
				h.Set(key, value)
			}
			if diff := cmp.Diff(test.want, parseLimit(h, now), cmp.AllowUnexported(limit{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPauseAfter429(t *testing.T) {
	now := time.Date(2026, 3, 26, 15, 50, 0, 0, time.UTC)
	for _, test := range []struct {
		name     string
		limit    limit
		attempt  int
		min, max time.Duration
	}{
		{name: "what the answer says is never cut short", limit: limit{wait: 10 * time.Second}, min: 10 * time.Second, max: 15 * time.Second},
		{name: "what the answer says is stretched by 5 s at most", limit: limit{wait: time.Hour}, min: time.Hour, max: time.Hour + 5*time.Second},
		{name: "Retry-After comes before the reset", limit: limit{wait: time.Second, reset: time.Minute}, min: time.Second, max: 2 * time.Second},
		{name: "the reset counts without Retry-After", limit: limit{reset: time.Minute}, min: time.Minute, max: 65 * time.Second},
		{name: "a quota without a time comes back with the hour", limit: limit{scope: wholeSite, quota: true}, min: 10 * time.Minute, max: 10*time.Minute + 5*time.Second},
		{name: "the first time without a hint takes about 2 s", min: 1400 * time.Millisecond, max: 2600 * time.Millisecond},
		{name: "the third time without a hint takes about 8 s", attempt: 2, min: 5600 * time.Millisecond, max: 10400 * time.Millisecond},
		{name: "no time without a hint takes more than 39 s", attempt: 9, min: 21 * time.Second, max: 39 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 200 {
				if d := test.limit.pause(now, test.attempt); d < test.min || d > test.max {
					t.Fatalf("pause of %v is not within %v and %v", d, test.min, test.max)
				}
			}
		})
	}
}

func TestThoseWhoMetALimitTogetherDoNotReturnTogether(t *testing.T) {
	for _, l := range []limit{{}, {wait: 10 * time.Second}, {reset: time.Minute}, {quota: true}} {
		different := map[time.Duration]bool{}
		for range 50 {
			different[l.pause(time.Now(), 0)] = true
		}
		if len(different) < 40 {
			t.Errorf("50 pauses after %+v take %d different times", l, len(different))
		}
	}
}

func FuzzParseLimit(f *testing.F) {
	f.Add("7", "2026-03-26T16:00Z", "confluence-quota-global-based", `"global-app-quota";q=65000;w=3600`, `"global-app-quota";r=0;t=600`)
	f.Add("Thu, 26 Mar 2026 15:51:30 GMT", "", "", `"a;b,c`, `;r=-1;t=99999999999999999999`)
	now := time.Date(2026, 3, 26, 15, 50, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, after, reset, reason, policy, structured string) {
		h := http.Header{}
		h.Set("Retry-After", after)
		h.Set("X-RateLimit-Reset", reset)
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("RateLimit-Reason", reason)
		h["Ratelimit-Policy"] = strings.Split(policy, "\n")
		h["Ratelimit"] = strings.Split(structured, "\n")
		l := parseLimit(h, now)
		for _, d := range append(l.spent[:], l.wait, l.reset) {
			if d < 0 || d > maxLimitWait {
				t.Errorf("a wait of %v", d)
			}
		}
		if d := l.pause(now, 3); d <= 0 || d > maxLimitWait+5*time.Second {
			t.Errorf("a pause of %v", d)
		}
	})
}
