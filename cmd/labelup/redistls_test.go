package main

import (
	"slices"
	"testing"
	"time"

	"labelup/internal/site"
	"labelup/internal/site/redistest"
)

// What happens to people when Redis is reached by TLS, as Heroku has it, with a
// certificate that nobody vouches for.

// customersByTLS are customers of a process that reaches Redis so.
func customersByTLS(t *testing.T) *customers {
	t.Helper()
	c := newCustomers(t, "ada", "bo", "cy")
	c.redis = site.Options{InsecureTLS: true}
	return c
}

// hangUp has Redis close the connections of all clients but those that
// only listen.
func hangUp(t *testing.T, servers ...*redistest.Server) (closed int64) {
	t.Helper()
	for _, server := range servers {
		client, err := site.NewClient(server.URL(), site.Options{})
		if err != nil {
			t.Fatal(err)
		}
		n, err := client.ClientKillByFilter(t.Context(), "TYPE", "normal").Result()
		if err != nil {
			t.Error(err)
		}
		closed += n
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
	return closed
}

func TestUnderLoadRedisClosesIdleConnectionsOverTLS(t *testing.T) {
	t.Parallel()
	_, url := redistest.NewTLS(t).Start(t, "timeout 1")
	c := customersByTLS(t)
	p := c.serve(url)
	c.install(p)
	l := newLoad(t, p)
	l.pace = 1 // the times are those of Redis
	// All come at once, and then nobody for so long that Redis, which looks once a
	// second, has closed every connection.
	const round = 4 * time.Second
	kinds := c.kinds(l)
	lifecycle := kinds[slices.IndexFunc(kinds, func(k kind) bool { return k.name == "lifecycle" })]
	kinds = append(kinds, lifecycle, lifecycle, lifecycle)
	for i := range kinds {
		kinds[i].every = round
	}
	l.start(kinds...)
	time.Sleep(round + round/2)
	ended := time.Now()
	time.Sleep(2 * round)
	l.recovers(ended)
	l.finish()
	if failures := l.failures(); len(failures) > 0 {
		t.Errorf("not everybody was answered: %v", failures)
	}
	c.compare(l, url, false)
	l.report("Redis closes by TLS what is idle for 1 s, and all come at once every 4 s", "", ended)
}

func TestUnderLoadRedisClosesAllConnectionsOverTLS(t *testing.T) {
	t.Parallel()
	r, url := redistest.NewTLS(t).Start(t)
	c := customersByTLS(t)
	underLoad(t, "Redis closes by TLS all connections, four times a second for 4 s", c, c.serve(url), url, false, func() {
		closed, began := int64(0), time.Now()
		for time.Since(began) < 4*time.Second || closed < 16 && time.Since(began) < patience {
			closed += hangUp(t, r)
			time.Sleep(250 * time.Millisecond)
		}
		if closed < 16 {
			t.Errorf("%d connections were closed", closed)
		}
	})
}

func TestUnderLoadASentinelFailsOverByTLS(t *testing.T) {
	t.Parallel()
	s := redistest.NewTLS(t).StartSentinel(t)
	c := customersByTLS(t)
	underLoad(t, "the master under Sentinel is killed, all by TLS", c, c.serve(s.URL), s.URL, true, s.Master.Kill)
}
