package main

import (
	"errors"
	"io"
	"log/slog"
	"time"

	"labelup/internal/aws"
	"labelup/internal/config"
	"labelup/internal/service"
	"labelup/internal/site"
	"labelup/internal/technicallog"
)

// operation is what the commands for operators work with.
type operation struct {
	settings config.Config
	log      *slog.Logger // on standard error: standard output is the answer
	store    *site.Store
	sealer   *service.Sealer
}

// operatorPatience is how long a command asks KMS again, and waits for Redis within
// the store's bounds: it may be at the last of thousands of sites.
const operatorPatience = 30 * time.Second

// openOperation reads the settings and opens the store, with everything that
// is wrong said to stderr.
func openOperation(command string, getenv func(string) string, stderr io.Writer) (*operation, bool) {
	settings, err := service.ReadSettings(getenv)
	if err != nil {
		complain(stderr, command, err)
		return nil, false
	}
	log := technicallog.New(stderr, slog.LevelError) // a person is watching, who is told what failed
	store, sealer, err := service.OpenStore(settings, log, nil, operatorPatience)
	if err != nil {
		complain(stderr, command, err)
		return nil, false
	}
	return &operation{settings, log, store, sealer}, true
}

func (o *operation) close() { _ = o.store.Close() } // it only read, or has said what it wrote

// bucket is the bucket for backups, or an error that says what is missing.
func (o *operation) bucket() (*aws.Bucket, error) {
	if o.settings.AWS.BackupBucket == "" {
		return nil, errors.New("BACKUP_BUCKET is not set, so there are no backups")
	}
	return service.Bucket(o.settings, o.log), nil
}
