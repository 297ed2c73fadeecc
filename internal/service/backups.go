package service

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"labelup/internal/aws"
	"labelup/internal/backup"
	"labelup/internal/config"
	"labelup/internal/site"
	"labelup/internal/technicallog"
)

// Bucket is where backups lie. There is one only if BACKUP_BUCKET is set.
func Bucket(settings config.Config, log *slog.Logger) *aws.Bucket {
	bucket, prefix, found := strings.Cut(settings.AWS.BackupBucket, "/")
	if found && !strings.HasSuffix(prefix, "/") {
		prefix += "/" // a folder, which rights can be given for
	}
	return aws.NewBucket(awsSettings(settings, observeAWS(log)), bucket, prefix)
}

// ErasuresKept is how long it is remembered that a site was erased: a day more
// than any backup is kept, so that none outlives it.
func ErasuresKept(settings config.Config) time.Duration {
	return time.Duration(settings.AWS.BackupKeepDays+1) * day
}

// newSchedule is nil without a bucket. Where backups are made by command only,
// the schedule just looks how old they are, and deletes them in their time.
func newSchedule(settings config.Config, store *site.Store, sealer *Sealer, log *slog.Logger) *backup.Schedule {
	if settings.AWS.BackupBucket == "" {
		return nil
	}
	return &backup.Schedule{
		Every: settings.AWS.BackupEvery, Keep: time.Duration(settings.AWS.BackupKeepDays) * day,
		Source: store, Bucket: Bucket(settings, log), Sealer: sealer,
		Log: func(event backup.Event) {
			level := slog.LevelInfo
			if event.Err != nil {
				level = slog.LevelError
			}
			log.LogAttrs(context.Background(), level, "backup",
				slog.String(technicallog.Operation, event.Operation),
				technicallog.Milliseconds(event.Duration),
				slog.Int(technicallog.Count, event.Report.Records+len(event.Deleted)),
				slog.String(technicallog.Cause, causeOf(event.Err)))
		},
	}
}

// takeBackTime is how long the program, when it ends, waits for the bucket to
// take back what an unfinished backup has uploaded.
const takeBackTime = 2 * time.Second

// goSchedule backs up until ctx ends. The function that it returns is called
// after that; it waits until everything is taken back, or takeBackTime after
// the end of ctx is over.
func goSchedule(ctx context.Context, schedule *backup.Schedule) (wait func()) {
	ended, late := make(chan struct{}), make(chan struct{})
	context.AfterFunc(ctx, func() {
		time.AfterFunc(takeBackTime, func() { close(late) })
	})
	go func() {
		defer close(ended)
		schedule.Run(ctx)
	}()
	return func() {
		select {
		case <-ended:
		case <-late:
		}
	}
}

// causeOf is technicallog.CauseOf, and knows the classes of AWS.
func causeOf(err error) string {
	if failed, ok := errors.AsType[*aws.Error](err); ok {
		return failed.Class
	}
	return technicallog.CauseOf(err)
}
