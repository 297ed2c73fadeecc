package localconfluence

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"labelup/internal/localconfluence/content"
)

// errand is what a second person does while somebody else is at work: they add and
// remove labels, one on one page at a time, in an order that the seed decides.
type errand struct {
	Site  string   `json:"site"`
	User  string   `json:"user"`  // "" is the administrator
	Space string   `json:"space"` // key; of it are the pages if none are named
	Pages []string `json:"pages"` // ids

	Add    []string `json:"add"`
	Remove []string `json:"remove"`

	PerSecond float64 `json:"perSecond"` // 0 does all of it before the call is answered
	Count     int     `json:"count"`     // how many; 0 is until they are stopped
	Seed      uint64  `json:"seed"`
}

const maxErrand = 100_000

// secondPerson is who runs an errand. What they changed is among the changes.
type secondPerson struct {
	mu      sync.Mutex
	running bool
	done    int // labels that they added or removed, or tried to
	refused int // of these
	ended   chan struct{}
	enough  chan struct{}
}

// state says how far they are.
func (p *secondPerson) state() any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return map[string]any{"running": p.running, "done": p.done, "refused": p.refused}
}

// stop sends them home, and waits until they are gone.
func (p *secondPerson) stop() {
	p.mu.Lock()
	ended := p.ended
	if p.running && p.enough != nil {
		close(p.enough)
		p.enough = nil
	}
	p.mu.Unlock()
	if ended != nil {
		<-ended
	}
}

func (s *Server) secondPerson(_ *http.Request, e errand) (any, error) {
	x, err := s.named(e.Site)
	if err != nil {
		return nil, err
	}
	if e.User == "" {
		e.User = "admin"
	}
	account, err := who(x, e.User)
	if err != nil {
		return nil, err
	}
	if len(e.Pages) == 0 {
		sp, err := x.store.Space(account, e.Space)
		if err != nil {
			return nil, err
		}
		for _, c := range x.store.All(account) {
			if c.SpaceID == sp.ID && c.Type == content.Page && c.Status == content.Current {
				e.Pages = append(e.Pages, c.ID)
			}
		}
	}
	if len(e.Pages) == 0 || len(e.Add)+len(e.Remove) == 0 || e.PerSecond < 0 || e.PerSecond > 1000 || e.Count < 0 || e.Count > maxErrand || e.Count == 0 && e.PerSecond == 0 {
		return nil, badRequest("pages and labels to add or remove are needed, at most 1000 a second, and %d in all; without a rate, a count", maxErrand)
	}
	s.second.stop()
	ended := s.second.begin(x.store, account, e)
	if e.PerSecond == 0 {
		<-ended
	}
	return s.second.state(), nil
}

func (p *secondPerson) begin(store *content.Store, account string, e errand) (ended <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running, p.done, p.refused, p.ended, p.enough = true, 0, 0, make(chan struct{}), make(chan struct{})
	go p.run(store, account, e, p.enough, p.ended)
	return p.ended
}

func (p *secondPerson) run(store *content.Store, account string, e errand, enough <-chan struct{}, ended chan<- struct{}) {
	defer close(ended)
	defer p.finished()
	var ticks <-chan time.Time
	if e.PerSecond > 0 {
		ticker := time.NewTicker(time.Duration(float64(time.Second) / e.PerSecond))
		defer ticker.Stop()
		ticks = ticker.C
	}
	random := rand.New(rand.NewPCG(e.Seed, 2))
	labels := slices.Concat(e.Add, e.Remove)
	for n := 0; e.Count == 0 || n < e.Count; n++ {
		if ticks != nil {
			select {
			case <-ticks:
			case <-enough:
				return
			}
		}
		page, which := e.Pages[random.IntN(len(e.Pages))], random.IntN(len(labels))
		var err error
		if which < len(e.Add) {
			_, err = store.AddLabels(account, page, named(labels[which]))
		} else {
			err = store.RemoveLabel(account, page, labels[which])
		}
		p.mu.Lock()
		if p.done++; err != nil {
			p.refused++
		}
		p.mu.Unlock()
	}
}

func (p *secondPerson) finished() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = false
}
