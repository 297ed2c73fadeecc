// Package site keeps the sites that have the app installed, in Redis, as
// connect.Store asks for, and does with their records what an operator and the
// law ask for: list, block, erase, back up, bring back.
//
// It writes three kinds of keys and must never write another:
//
//	labelup:{<Name of the site>}:site                       the record, see record.go and docs/sites.md
//	labelup:{<Name of the site>}:token:<sha256 of a token>  the hash of the body it came with, until the token expires
//	labelup:{<Name of the site>}:erased                     when the site was erased or uninstalled, as long as a backup may hold it
//
// Nothing about people, pages or labels is stored, and no secret in the clear.
// Changes are announced on the channel "labelup:site-changed"; a message is the
// Name of the site.
//
// Redis must run with maxmemory-policy noeviction, for an evicted site is an
// uninstalled one. Redis replicates asynchronously: a failover can lose a
// change of the last moments, which Atlassian's next lifecycle call repairs.
//
// Source: the Redis documentation on transactions, key hash tags, SCAN and
// pub/sub.
package site

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/singleflight"

	"labelup/connect"
)

const (
	channel = "labelup:site-changed"

	// loadTimeout is part of an answer's age for those who wait for it, so it
	// is bounded like the age itself.
	loadTimeout   = maxAge
	changeTimeout = 2 * time.Second

	// maxAttempts bounds how often a change starts again because somebody else
	// wrote the same site meanwhile.
	maxAttempts = 12
)

// Store is a connect.Store on Redis. It is safe for concurrent use.
type Store struct {
	client     redis.UniversalClient
	sealer     Sealer
	settings   Settings
	cache      *cache
	loads      singleflight.Group // by site name
	changes    *redis.PubSub
	subscribed chan struct{} // closed when no more changes are listened for
	closeOnce  sync.Once
	closeErr   error
}

var _ connect.Store = (*Store)(nil)

// ErrUnknown: there is no record of the site.
var ErrUnknown = connect.ErrUnknownSite

// New returns a store on a client made by NewClient, which the store owns from
// now on. It asks Redis nothing: Redis may be down when the store is made.
func New(client redis.UniversalClient, sealer Sealer, settings Settings) *Store {
	settings = settings.withDefaults()
	if settings.Observe != nil {
		observe(client, settings.Observe)
	}
	s := &Store{
		client:     client,
		sealer:     sealer,
		settings:   settings,
		cache:      newCache(),
		changes:    client.Subscribe(context.Background()),
		subscribed: make(chan struct{}),
	}
	go s.listen()
	return s
}

// Close ends the subscription and closes the client.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.closeErr = errors.Join(s.changes.Close(), s.client.Close())
		<-s.subscribed
	})
	return s.closeErr
}

// listen drops from the cache what other processes changed. A lost message
// is made good by maxAge.
func (s *Store) listen() {
	defer close(s.subscribed)
	// If Redis is down the channel is remembered and subscribed to later.
	_ = s.changes.Subscribe(context.Background(), channel)
	for event := range s.changes.ChannelWithSubscriptions() {
		switch event := event.(type) {
		case *redis.Message:
			s.forget(event.Payload)
		case *redis.Subscription:
			// What happened while nobody listened is unknown.
			s.forget("")
		}
	}
}

// forget drops a site (or all, if name is empty) from the cache and makes the
// next reader ask Redis again even if somebody's question is under way.
func (s *Store) forget(name string) {
	s.cache.forget(name)
	s.loads.Forget(name)
}

// Installation implements connect.Store. It takes at most a second.
func (s *Store) Installation(ctx context.Context, clientKey string) (*connect.Installation, error) {
	installation, ok := s.cache.get(clientKey)
	if !ok {
		var err error
		if installation, err = s.load(ctx, clientKey); err != nil {
			return nil, err
		}
	}
	if installation == nil {
		return nil, ErrUnknown
	}
	return installation, nil
}

// load asks Redis, once for all who want the same site at the same time. It
// returns nil for an unknown site.
func (s *Store) load(ctx context.Context, clientKey string) (*connect.Installation, error) {
	if !connect.IsClientKey(clientKey) {
		return nil, nil
	}
	name := Name(clientKey)
	result := s.loads.DoChan(name, func() (any, error) {
		generation, asked := s.cache.now(), time.Now()
		// Not the first caller's context: the others would be cancelled with it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		stored, err := s.client.Get(ctx, siteKey(name)).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return nil, unavailable(err)
		}
		var installation *connect.Installation
		if err == nil {
			if installation, err = s.decode(ctx, name, stored); err != nil {
				return nil, unavailable(err)
			}
		}
		// A copy, for the caller's may be a part of a token with a person in it.
		s.cache.put(generation, &cached{clientKey: strings.Clone(clientKey), name: name, installation: installation, asked: asked})
		return installation, nil
	})
	select {
	case r := <-result:
		installation, _ := r.Val.(*connect.Installation) // nil with an error
		return installation, r.Err
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
}

// Change implements connect.Store. It takes at most about two seconds, and may
// fail with an error that wraps connect.ErrStoreUnavailable although the whole
// change was made, when the connection broke before Redis could say so. While the
// key service fails, uninstalls are written and other changes fail with that error.
func (s *Store) Change(ctx context.Context, clientKey string, used *connect.UsedToken, decide func(current *connect.Installation) (*connect.Installation, error)) error {
	if !connect.IsClientKey(clientKey) {
		return fmt.Errorf("site: a client key of %d bytes; it must be 1 to %d", len(clientKey), connect.LongestClientKey)
	}
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	return s.again(ctx, []string{Name(clientKey)}, func() error {
		return s.tryChange(ctx, clientKey, used, decide)
	})
}

// again makes attempts to change some sites until nobody else writes them
// meanwhile, which attempt says with redis.TxFailedErr.
func (s *Store) again(ctx context.Context, names []string, attempt func() error) error {
	// Whatever came of it: after a failure Redis may hold either record.
	defer func() {
		for _, name := range names {
			s.forget(name)
		}
	}()
	for n := range maxAttempts {
		err := attempt()
		if !errors.Is(err, redis.TxFailedErr) {
			return err
		}
		// Jitter, or those who collided would collide again.
		select {
		case <-time.After(rand.N(time.Duration(n+1) * 5 * time.Millisecond)):
		case <-ctx.Done():
			return unavailable(ctx.Err())
		}
	}
	return unavailable(errors.New("site: too many changes of one site at the same time"))
}

// tryChange makes one attempt. It returns redis.TxFailedErr if somebody else
// wrote the site or the token meanwhile; nothing was changed then.
func (s *Store) tryChange(ctx context.Context, clientKey string, used *connect.UsedToken, decide func(*connect.Installation) (*connect.Installation, error)) error {
	name := Name(clientKey)
	keys := []string{siteKey(name), erasedKey(name)}
	if used != nil {
		keys = append(keys, tokenKey(name, used.TokenHash))
	}
	return s.swap(ctx, keys, func(values []value) (write, error) {
		var use write
		if used != nil {
			body := hex.EncodeToString(used.BodyHash[:])
			if known := values[2]; known.found {
				if known.text != body {
					return nil, connect.ErrTokenReused
				}
				return nil, nil
			}
			use = func(pipe redis.Pipeliner) { pipe.Set(ctx, keys[2], body, s.left(used.Expires)) }
		}
		put, err := s.next(ctx, clientKey, values[0], values[1], decide)
		if err != nil {
			return nil, err
		}
		return together(put, use), nil
	})
}

// write is what a transaction does; nil is nothing.
type write func(redis.Pipeliner)

// together is several writes as one.
func together(writes ...write) write {
	writes = slices.DeleteFunc(writes, func(do write) bool { return do == nil })
	if len(writes) == 0 {
		return nil
	}
	return func(pipe redis.Pipeliner) {
		for _, do := range writes {
			do(pipe)
		}
	}
}

// swap makes one attempt to change keys of one site: what decide returns for
// their values is done if they still hold the same, else swap returns
// redis.TxFailedErr and nothing was done. An error of decide is returned as it
// is.
//
// decide may ask a slow key service, so it is called before the transaction:
// that has a connection to itself, and there are few of them for all sites. It
// gets what time ctx has; Redis gets changeTimeout to read, and as much to write.
func (s *Store) swap(ctx context.Context, keys []string, decide func([]value) (write, error)) error {
	reading, read := context.WithTimeout(ctx, changeTimeout)
	before, err := readAll(reading, s.client, keys)
	read()
	if err != nil {
		return unavailable(err)
	}
	do, err := decide(before)
	if err != nil || do == nil {
		return err
	}
	writing, written := context.WithTimeout(ctx, changeTimeout)
	defer written()
	return s.watch(writing, keys, func(now []value) (write, error) {
		if !slices.Equal(before, now) {
			return nil, redis.TxFailedErr
		}
		return do, nil
	})
}

// watch runs one transaction: look decides on what the keys hold, and what it
// returns is done if nobody else wrote them since. It returns look's error as
// it is, redis.TxFailedErr if somebody did write, and any other error as a
// failure of Redis. The keys must be of one site, unless Redis is no cluster.
//
// If the connection breaks before anything of it was written, it is made once
// more, as go-redis does with a single command. After that nobody knows what
// was done, and whoever asked decides.
func (s *Store) watch(ctx context.Context, keys []string, look func([]value) (write, error)) error {
	for last := false; ; last = true {
		var refusal error
		mayHaveWritten := false
		err := s.client.Watch(ctx, func(tx *redis.Tx) error {
			values, err := readAll(ctx, tx, keys)
			if err != nil {
				return err
			}
			var do write
			if do, refusal = look(values); refusal != nil || do == nil {
				return refusal
			}
			mayHaveWritten = true
			_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
				do(pipe)
				return nil
			})
			return err
		}, keys...)
		switch _, answered := errors.AsType[redis.Error](err); {
		case refusal != nil:
			return refusal
		case err == nil || errors.Is(err, redis.TxFailedErr):
			return err
		case last || mayHaveWritten || answered || ctx.Err() != nil:
			return unavailable(err)
		}
	}
}

// unopened stands for a secret while the key service fails. No record is written
// with it.
const unopened connect.Secret = "unopened"

// next returns how to write the record that decide wants, nil to leave it. ctx
// must have a deadline.
//
// While the key service fails only an uninstall is written, which needs no key:
// it is sent once, and the secret of a site that has gone must not stay.
func (s *Store) next(ctx context.Context, clientKey string, stored, mark value, decide func(*connect.Installation) (*connect.Installation, error)) (write, error) {
	var current *connect.Installation
	var unknown map[string]json.RawMessage
	var noKey error
	if stored.found {
		r, err := parseWhole(Name(clientKey), stored.text)
		if err != nil {
			return nil, unavailable(err)
		}
		current, noKey = s.openInTime(ctx, r)
		if errors.Is(noKey, ErrCorrupt) {
			return nil, unavailable(noKey)
		}
		if noKey != nil {
			current = r.with(unopened, unopened)
		}
		unknown = r.unknown
	}
	next, err := decide(current)
	if noKey != nil && (err != nil || !isUninstalled(next)) {
		return nil, unavailable(noKey)
	}
	if err != nil || next == nil {
		return nil, err
	}
	if next.ClientKey != clientKey {
		return nil, errors.New("site: the new record is of another site")
	}
	r, err := sealed(ctx, s.sealer, next)
	if err != nil {
		return nil, unavailable(err)
	}
	r.unknown = unknown
	put, err := s.put(ctx, r)
	if err != nil {
		return nil, err
	}
	return together(put, s.remark(ctx, r, erasedAt(mark, s.settings.Now()))), nil
}

// openInTime opens a record, and leaves time to write before ctx ends even if the
// key service hangs.
func (s *Store) openInTime(ctx context.Context, r *record) (*connect.Installation, error) {
	ends, _ := ctx.Deadline()
	ctx, cancel := context.WithDeadline(ctx, ends.Add(-usualWait))
	defer cancel()
	return r.open(ctx, s.sealer)
}

// isUninstalled reports whether a record is that of an uninstall, with no secret
// that a key would be needed for.
func isUninstalled(i *connect.Installation) bool {
	return i != nil && !i.Installed() && i.SharedSecret == "" && i.PreviousSecret == ""
}

// put returns how to write a record, until it expires, and announce it.
func (s *Store) put(ctx context.Context, r *record) (write, error) {
	encoded, err := r.encode()
	if err != nil {
		return nil, err
	}
	name := Name(r.ClientKey)
	return func(pipe redis.Pipeliner) {
		pipe.Set(ctx, siteKey(name), encoded, s.left(r.expires(s.settings.Keep)))
		// Inside the transaction, so that it is announced even if the
		// connection breaks before the answer arrives.
		pipe.Publish(ctx, channel, name)
	}, nil
}

// left is after how long Redis shall delete what expires then, 0 for never. A
// duration, because Redis' clock may differ; what has expired goes at once.
func (s *Store) left(expires time.Time) time.Duration {
	if expires.IsZero() {
		return 0
	}
	return max(expires.Sub(s.settings.Now()), time.Millisecond)
}

// decode reads and opens what is stored under a name.
func (s *Store) decode(ctx context.Context, name, stored string) (*connect.Installation, error) {
	r, err := parse(name, stored)
	if err != nil {
		return nil, err
	}
	return r.open(ctx, s.sealer)
}

// unavailable keeps the cause, which may be the caller's own cancellation.
func unavailable(err error) error {
	return fmt.Errorf("%w: %w", connect.ErrStoreUnavailable, err)
}
