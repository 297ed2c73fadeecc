package confluence

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// scope is how much of the app a limit stops.
type scope int

const (
	endpoint  scope = iota // one operation on one site
	wholeSite              // every operation on one site
	wholeApp               // every operation on every site
	scopes    int   = iota
)

// limit is what the headers of an answer say about rate limits.
type limit struct {
	scope scope                 // what a 429 stops
	quota bool                  // the 429 is for the hourly points
	wait  time.Duration         // Retry-After; 0: it does not say
	reset time.Duration         // until the burst limit starts anew; 0: it does not say
	near  bool                  // little is left of some limit
	spent [scopes]time.Duration // for how long there is nothing left, by scope
}

// maxLimitWait bounds what a header can make us wait: the longest window is one
// hour, and a broken header must not switch a site off for longer.
const maxLimitWait = time.Hour

// parseLimit reads all the headers that Confluence and the gateways before it use
// to speak of limits. What it cannot read it ignores. Those that begin with
// "Beta-" announce limits that are not enforced yet and only set near.
func parseLimit(h http.Header, now time.Time) limit {
	var l limit
	reason := strings.ToLower(h.Get("RateLimit-Reason"))
	l.quota = strings.Contains(reason, "quota")
	if l.quota {
		l.scope = wholeSite
		if strings.Contains(reason, "global") {
			l.scope = wholeApp
		}
	}

	l.wait = retryAfter(h.Get("Retry-After"), now)
	l.reset = untilTime(h.Get("X-RateLimit-Reset"), now)
	if h.Get("X-RateLimit-Remaining") == "0" {
		l.near = true
		l.spent[endpoint] = l.reset
	}
	for _, name := range []string{"X-RateLimit-NearLimit", "X-Beta-RateLimit-NearLimit"} {
		l.near = l.near || strings.EqualFold(h.Get(name), "true")
	}
	l.near = l.near || h.Get("Beta-Retry-After") != ""

	for _, beta := range []string{"", "Beta-"} {
		quotas := map[string]int{}
		for _, p := range parseItems(h.Values(beta + "RateLimit-Policy")) {
			quotas[p.name] = p.number("q")
		}
		for _, q := range parseItems(h.Values(beta + "RateLimit")) {
			left, of := q.number("r"), quotas[q.name]
			if left < 0 {
				continue
			}
			l.near = l.near || left == 0 || of > 0 && left < of/5
			if left > 0 || beta != "" {
				continue
			}
			s := endpoint
			switch {
			case strings.Contains(q.name, "global"):
				s = wholeApp
			case strings.Contains(q.name, "tenant"):
				s = wholeSite
			}
			l.spent[s] = max(l.spent[s], seconds(q.number("t")))
		}
	}
	return l
}

// pause is for how long the scope of a 429 is to be left alone when so many
// attempts were made before. It is never zero and never shorter than the answer
// says.
func (l limit) pause(now time.Time, attempt int) time.Duration {
	said := l.wait
	if said == 0 {
		said = max(l.reset, l.spent[l.scope])
	}
	if said == 0 && l.quota {
		hour := now.Truncate(time.Hour).Add(time.Hour) // points come back with the hour of UTC
		said = hour.Sub(now)
	}
	if said == 0 {
		return backoff(2*time.Second, attempt)
	}
	return said + time.Duration(rand.Float64()*float64(min(said/4, 5*time.Second)))
}

// retryAfter reads seconds or an HTTP date.
func retryAfter(value string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
		return seconds(n)
	}
	if t, err := http.ParseTime(value); err == nil {
		return bounded(t.Sub(now))
	}
	return 0
}

// untilTime reads ISO 8601; Confluence leaves out the seconds.
func untilTime(value string, now time.Time) time.Duration {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, value); err == nil {
			return bounded(t.Sub(now))
		}
	}
	return 0
}

func seconds(n int) time.Duration {
	return time.Duration(max(0, min(n, int(maxLimitWait/time.Second)))) * time.Second
}

func bounded(d time.Duration) time.Duration { return max(0, min(d, maxLimitWait)) }

// item is a member of a structured list: "name";key=1;other=2.
type item struct {
	name   string
	values map[string]int
}

// number returns a parameter, or -1 if it is not there or no whole number.
func (i item) number(key string) int {
	if n, ok := i.values[key]; ok && n >= 0 {
		return n
	}
	return -1
}

// parseItems reads the list that RateLimit and RateLimit-Policy hold, as much of
// it as is well formed. Names come in lower case.
func parseItems(lines []string) []item {
	var items []item
	for _, member := range splitOutsideQuotes(strings.Join(lines, ","), ',') {
		parts := splitOutsideQuotes(member, ';')
		i := item{name: strings.ToLower(strings.Trim(parts[0], " \t\"")), values: map[string]int{}}
		for _, part := range parts[1:] {
			key, value, _ := strings.Cut(part, "=")
			if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
				i.values[strings.TrimSpace(key)] = n
			}
		}
		if i.name != "" {
			items = append(items, i)
		}
	}
	return items
}

// splitOutsideQuotes cuts at a separator that is not inside quotation marks.
func splitOutsideQuotes(s string, separator byte) []string {
	var parts []string
	quoted, start := false, 0
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}
