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
	"labelup/internal/config"
)

// defaultDataDir is where development keeps its data between runs.
const defaultDataDir = ".data"

// developmentStores fills in what production has to be told: a Redis, as a
// child of this process with its data in dir, and a sealing key in a file
// beside it. stop ends the Redis.
func developmentStores(ctx context.Context, settings *config.Config, dir string, log *slog.Logger, stderr io.Writer) (stop func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	if settings.SealKeys == "" {
		if settings.SealKeys, err = keptSealKey(filepath.Join(dir, "seal.key")); err != nil {
			return nil, fmt.Errorf("sealing key: %w", err)
		}
	}
	if settings.RedisURL != "" {
		return func() {}, nil
	}
	redis, err := childredis.Start(ctx, filepath.Join(dir, "redis"), log)
	if errors.Is(err, childredis.ErrNoProgram) {
		fmt.Fprint(stderr, "\n*** There is no redis-server on this machine: installed sites are kept IN MEMORY ONLY and are gone when this ends. ***\n\n")
		redis, err = childredis.StartInMemory()
	}
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	settings.RedisURL = redis.URL()
	return func() {
		if err := redis.Stop(); err != nil {
			log.Warn("redis did not stop cleanly")
		}
	}, nil
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
