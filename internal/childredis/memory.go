package childredis

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// StartInMemory runs an imitation of Redis inside this process, for a machine
// without redis-server. Everything is lost at Stop: the caller should say so,
// loudly. It listens on a loopback port, behind a password made for this run.
func StartInMemory() (*Server, error) {
	password := rand.Text()
	m := miniredis.NewMiniRedis()
	m.RequireAuth(password)
	if err := m.Start(); err != nil {
		return nil, fmt.Errorf("childredis: in memory: %w", err)
	}
	stop := make(chan struct{})
	var clock sync.WaitGroup
	clock.Go(func() {
		// Keys do not expire by themselves there.
		last := time.Now()
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case now := <-tick.C:
				m.FastForward(now.Sub(last))
				last = now
			case <-stop:
				return
			}
		}
	})
	return &Server{
		url: "redis://:" + password + "@" + m.Addr(),
		stop: sync.OnceValue(func() error {
			close(stop)
			clock.Wait()
			m.Close()
			return nil
		}),
	}, nil
}
