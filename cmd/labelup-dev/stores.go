package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"labelup/internal/childredis"
)

// stores are what `labelup serve` has to be told: a Redis and a sealing key.
type stores struct {
	redisURL string // empty: the environment has one
	sealKeys string // the same
	place    string // where sites are kept, for a person; without a password
	stop     func() // ends the Redis
}

// openStores gives what the environment lacks: a Redis, as a child of this process
// with its data in dir, and a sealing key in a file beside it.
func openStores(ctx context.Context, getenv func(string) string, dir string, log *slog.Logger, stderr io.Writer) (*stores, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	own := &stores{place: "as REDIS_URL says", stop: func() {}}
	if getenv("SEAL_KEYS") == "" {
		var err error
		if own.sealKeys, err = keptSealKey(filepath.Join(dir, "seal.key")); err != nil {
			return nil, fmt.Errorf("sealing key: %w", err)
		}
	}
	if getenv("REDIS_URL") != "" {
		return own, nil
	}
	own.place = "child of this process, in " + dir
	redis, err := childredis.Start(ctx, filepath.Join(dir, "redis"), log)
	if errors.Is(err, childredis.ErrNoProgram) {
		fmt.Fprint(stderr, "\n*** There is no redis-server on this machine: installed sites are kept IN MEMORY ONLY and are gone when this ends. ***\n\n")
		own.place = "in memory only"
		redis, err = childredis.StartInMemory()
	}
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	own.redisURL = redis.URL()
	own.stop = func() {
		if err := redis.Stop(); err != nil {
			log.Warn("redis did not stop cleanly")
		}
	}
	return own, nil
}

// keptSealKey reads the key of an earlier run, without which the records in
// the kept Redis could not be opened, or makes one.
func keptSealKey(path string) (string, error) {
	kept, err := os.ReadFile(path) //nolint:gosec // the path is below the directory the developer named
	if err == nil {
		return strings.TrimSpace(string(kept)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	made := "dev1:" + base64.StdEncoding.EncodeToString(key[:])
	return made, os.WriteFile(path, []byte(made+"\n"), 0o600)
}
