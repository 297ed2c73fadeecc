package site

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// Status is what an operator should know about Redis. Of a cluster it covers
// every master.
type Status struct {
	Version    string    // of redis-server; several, separated by commas, if masters differ; "" if Redis does not tell
	MayEvict   bool      // it may throw records away when its memory is full, or does not tell
	Persistent bool      // it writes an append-only file or snapshots; false if it does not tell
	Time       time.Time // its clock just before Status returned; of several masters the one that differs most from ours
	Sites      int       // records, counted one by one
}

// Status asks Redis about itself. Counting takes a while if there are many
// sites: some 100,000 a second. An error wraps connect.ErrStoreUnavailable.
func (s *Store) Status(ctx context.Context) (Status, error) {
	var status Status
	if err := s.names(ctx, siteKey, func(names []string) error {
		status.Sites += len(names)
		return nil
	}); err != nil {
		return Status{}, err
	}
	var one sync.Mutex
	var versions []string
	var difference time.Duration
	status.Persistent = true
	err := s.eachMaster(ctx, func(ctx context.Context, node redis.Cmdable) error {
		one.Lock()
		defer one.Unlock()
		info, err := tell(ctx, node)
		if err != nil {
			return err
		}
		at, err := node.Time(ctx).Result()
		if err != nil {
			return err
		}
		if version := info["redis_version"]; version != "" {
			versions = append(versions, version)
		}
		status.MayEvict = status.MayEvict || mayEvict(info)
		status.Persistent = status.Persistent && persists(ctx, node, info)
		if off := at.Sub(s.settings.Now()).Abs(); status.Time.IsZero() || off > difference {
			status.Time, difference = at, off
		}
		return nil
	})
	if err != nil {
		return Status{}, unavailable(err)
	}
	slices.Sort(versions)
	status.Version = strings.Join(slices.Compact(versions), ", ")
	return status, nil
}

// Ping reports whether Redis answers, every master of it if it is a cluster.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
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
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	var may atomic.Bool // cluster nodes are asked in parallel
	err := s.eachMaster(ctx, func(ctx context.Context, node redis.Cmdable) error {
		info, err := tell(ctx, node)
		if mayEvict(info) {
			may.Store(true)
		}
		return err
	})
	if err != nil {
		return false, unavailable(err)
	}
	return may.Load(), nil
}

// eachMaster asks one server, or all masters of a cluster in parallel.
func (s *Store) eachMaster(ctx context.Context, ask func(context.Context, redis.Cmdable) error) error {
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return ask(ctx, node) })
	}
	return ask(ctx, s.client)
}

// tell returns what a node says about itself; nothing if it refuses to.
func tell(ctx context.Context, node redis.Cmdable) (map[string]string, error) {
	text, err := node.Info(ctx).Result()
	if _, refused := errors.AsType[redis.Error](err); err != nil && !refused {
		return nil, err
	}
	info := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	return info, nil
}

func mayEvict(info map[string]string) bool { return info["maxmemory_policy"] != "noeviction" }

// persists reports whether a node writes to disk. Hosted Redis often refuses
// CONFIG GET, and then a snapshot that was made tells.
func persists(ctx context.Context, node redis.Cmdable, info map[string]string) bool {
	if info["aof_enabled"] == "1" {
		return true
	}
	if config, err := node.ConfigGet(ctx, "save").Result(); err == nil {
		return config["save"] != ""
	}
	saved := info["rdb_last_bgsave_time_sec"]
	return saved != "" && saved != "-1"
}
