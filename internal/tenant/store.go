// Package tenant keeps the sites that have the app installed, in Redis, as
// connect.Store asks for.
//
// It writes two kinds of keys and must never write another:
//
//	labelup:{<sha256 of the client key>}:site                      the record, see record.go and docs/tenants.md
//	labelup:{<sha256 of the client key>}:token:<sha256 of a token> the hash of the body it came with, until the token expires
//
// Nothing about people, pages or labels is stored, and no secret in the clear.
// Changes are announced on the channel "labelup:site-changed"; a message is the
// hash of the client key.
//
// Redis must run with maxmemory-policy noeviction, for an evicted site is an
// uninstalled one. Redis replicates asynchronously: a failover can lose a
// change of the last moments, which Atlassian's next lifecycle call repairs.
//
// Source: the Redis documentation on transactions, key hash tags and pub/sub.
package tenant

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/singleflight"

	"labelup/connect"
)

const (
	channel = "labelup:site-changed"

	maxClientKey = 255 // bytes

	// keptAfterUninstall is how long a record without secrets stays after its
	// site uninstalled the app: long enough to come back, and for support.
	keptAfterUninstall = 30 * 24 * time.Hour

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
	cache      *cache
	loads      singleflight.Group // by site name
	changes    *redis.PubSub
	subscribed chan struct{} // closed when no more changes are listened for
	closeOnce  sync.Once
	closeErr   error
}

var _ connect.Store = (*Store)(nil)

// New returns a store on a client made by Connect, which the store owns from
// now on. It asks Redis nothing: Redis may be down when the store is made.
func New(client redis.UniversalClient, sealer Sealer) *Store {
	s := &Store{
		client:     client,
		sealer:     sealer,
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
		return nil, connect.ErrUnknownSite
	}
	return installation, nil
}

// load asks Redis, once for all who want the same site at the same time. It
// returns nil for an unknown site.
func (s *Store) load(ctx context.Context, clientKey string) (*connect.Installation, error) {
	if clientKey == "" || len(clientKey) > maxClientKey {
		return nil, nil
	}
	name := siteName(clientKey)
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
			if installation, err = decode(ctx, s.sealer, clientKey, stored); err != nil {
				return nil, unavailable(err)
			}
		}
		s.cache.put(generation, &cached{clientKey: clientKey, name: name, installation: installation, asked: asked})
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
// change was made, when the connection broke before Redis could say so.
func (s *Store) Change(ctx context.Context, clientKey string, used *connect.UsedToken, decide func(current *connect.Installation) (*connect.Installation, error)) error {
	if clientKey == "" || len(clientKey) > maxClientKey {
		return fmt.Errorf("tenant: a client key of %d bytes; it must be 1 to %d", len(clientKey), maxClientKey)
	}
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	// Whatever came of it: after a failure Redis may hold either record.
	defer s.forget(siteName(clientKey))

	for attempt := range maxAttempts {
		err := s.tryChange(ctx, clientKey, used, decide)
		if !errors.Is(err, redis.TxFailedErr) {
			return err
		}
		// Jitter, or those who collided would collide again.
		select {
		case <-time.After(rand.N(time.Duration(attempt+1) * 5 * time.Millisecond)):
		case <-ctx.Done():
			return unavailable(ctx.Err())
		}
	}
	return unavailable(errors.New("tenant: too many changes of one site at the same time"))
}

// tryChange makes one attempt. It returns redis.TxFailedErr if somebody else
// wrote the site or the token meanwhile; nothing was changed then.
func (s *Store) tryChange(ctx context.Context, clientKey string, used *connect.UsedToken, decide func(*connect.Installation) (*connect.Installation, error)) error {
	name := siteName(clientKey)
	keys := []string{siteKey(name)}
	if used != nil {
		keys = append(keys, tokenKey(name, used.TokenHash))
	}
	// What is returned as it is; any other error of Watch is a failure of Redis.
	var refusal error
	err := s.client.Watch(ctx, func(tx *redis.Tx) error {
		values, err := tx.MGet(ctx, keys...).Result()
		if err != nil {
			return err
		}
		if used != nil && values[1] != nil {
			if values[1] != hex.EncodeToString(used.BodyHash[:]) {
				refusal = connect.ErrTokenReused
			}
			return nil
		}
		var next []byte
		var expiry time.Duration
		if next, expiry, refusal = s.next(ctx, clientKey, values[0], decide); refusal != nil {
			return refusal
		}
		if next == nil && used == nil {
			return nil
		}
		_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			if next != nil {
				pipe.Set(ctx, keys[0], next, expiry)
				// Inside the transaction, so that it is announced even if
				// the connection breaks before the answer arrives.
				pipe.Publish(ctx, channel, name)
			}
			if used != nil {
				// A duration, not a point in time: Redis' clock may differ.
				pipe.Set(ctx, keys[1], hex.EncodeToString(used.BodyHash[:]), max(time.Until(used.Expires), time.Second))
			}
			return nil
		})
		return err
	}, keys...)
	switch {
	case refusal != nil:
		return refusal
	case err == nil || errors.Is(err, redis.TxFailedErr):
		return err
	default:
		return unavailable(err)
	}
}

// next returns the record to write, nil to leave it, and after how long Redis
// shall delete it, 0 for never.
func (s *Store) next(ctx context.Context, clientKey string, stored any, decide func(*connect.Installation) (*connect.Installation, error)) ([]byte, time.Duration, error) {
	var current *connect.Installation
	if text, ok := stored.(string); ok {
		var err error
		if current, err = decode(ctx, s.sealer, clientKey, text); err != nil {
			return nil, 0, unavailable(err)
		}
	}
	next, err := decide(current)
	if err != nil || next == nil {
		return nil, 0, err
	}
	if next.ClientKey != clientKey {
		return nil, 0, errors.New("tenant: the new record is of another site")
	}
	encoded, err := encode(ctx, s.sealer, next)
	if next.Installed() {
		return encoded, 0, err
	}
	return encoded, keptAfterUninstall, err
}

// Ping reports whether Redis answers, every master of it if it is a cluster.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.eachMaster(ctx, func(ctx context.Context, node redis.Cmdable) error {
		return node.Ping(ctx).Err()
	}); err != nil {
		return unavailable(err)
	}
	return nil
}

// MayEvict reports whether Redis may throw records away when its memory is full.
// A Redis that does not tell may. With a true, an operator should be warned.
func (s *Store) MayEvict(ctx context.Context) (bool, error) {
	var may atomic.Bool // cluster nodes are asked in parallel
	err := s.eachMaster(ctx, func(ctx context.Context, node redis.Cmdable) error {
		info, err := node.Info(ctx, "memory").Result() // hosted Redis often refuses CONFIG GET
		if _, refused := errors.AsType[redis.Error](err); err != nil && !refused {
			return err
		}
		if !strings.Contains(info, "maxmemory_policy:noeviction\r\n") {
			may.Store(true)
		}
		return nil
	})
	if err != nil {
		return false, unavailable(err)
	}
	return may.Load(), nil
}

func (s *Store) eachMaster(ctx context.Context, ask func(context.Context, redis.Cmdable) error) error {
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return ask(ctx, node) })
	}
	return ask(ctx, s.client)
}

// unavailable keeps the cause, which may be the caller's own cancellation.
func unavailable(err error) error {
	return fmt.Errorf("%w: %w", connect.ErrStoreUnavailable, err)
}
