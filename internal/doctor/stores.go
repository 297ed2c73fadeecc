package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"labelup/internal/backup"
	"labelup/internal/seal"
	"labelup/internal/site"
	"labelup/internal/technicallog"
)

// Environment says what is wrong with the settings. faults name variables and
// never their values.
func Environment(faults []error) Check {
	return Check{"settings", func(context.Context) Result {
		if len(faults) == 0 {
			return Result{State: Fine, Detail: "They can be read."}
		}
		texts := make([]string, len(faults))
		for i, fault := range faults {
			texts[i] = strings.ReplaceAll(fault.Error(), "\n", "; ")
		}
		return Result{Problem, strings.Join(texts, "; ") + ".", "Set these variables; labelup serve --settings lists what each may be."}
	}}
}

// RedisStatus is site.Store.
type RedisStatus interface {
	Status(ctx context.Context) (site.Status, error)
}

// minRedis is the oldest version of Redis that has all that is used.
var minRedis = [2]int{6, 2}

// Redis checks that it answers, keeps what it is given, and is new enough.
func Redis(redis RedisStatus) Check {
	return Check{"redis", func(ctx context.Context) Result {
		status, err := redis.Status(ctx)
		if err != nil {
			return Result{Problem, "Redis does not answer: " + strings.ReplaceAll(technicallog.CauseOf(err), "_", " ") + ".",
				"Check that it runs and that REDIS_URL has its address, user and password. On Heroku: heroku redis:info."}
		}
		var f findings
		f.add(Fine, fmt.Sprintf("Redis answers and has %d sites.", status.Sites), "")
		if status.MayEvict {
			f.add(Problem, "It may throw sites away when its memory is full.",
				"Set maxmemory-policy to noeviction. On Heroku: heroku redis:maxmemory --policy noeviction.")
		}
		if !status.Persistent {
			f.add(Warning, "It does not say that it writes what it holds to disk.",
				"Switch on append-only files or snapshots, or take a plan that persists: otherwise a restart loses every site.")
		}
		for _, version := range strings.Split(status.Version, ",") {
			judgeVersion(&f, strings.TrimSpace(version))
		}
		return f.judged()
	}}
}

func judgeVersion(f *findings, version string) {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	have := [2]int{}
	var errMajor, errMinor error
	have[0], errMajor = strconv.Atoi(major)
	have[1], errMinor = strconv.Atoi(minor)
	switch {
	case errMajor != nil || errMinor != nil:
		f.add(Warning, "It does not tell its version.", fmt.Sprintf("See that it is Redis %d.%d or newer.", minRedis[0], minRedis[1]))
	case have[0] < minRedis[0] || have[0] == minRedis[0] && have[1] < minRedis[1]:
		f.add(Problem, fmt.Sprintf("It is version %d.%d.", have[0], have[1]), fmt.Sprintf("Update it to Redis %d.%d or newer.", minRedis[0], minRedis[1]))
	default:
		f.add(Fine, fmt.Sprintf("Version %d.%d.", have[0], have[1]), "")
	}
}

// Sealer is any of package seal.
type Sealer interface {
	Seal(ctx context.Context, plaintext []byte, binding seal.Binding) (string, error)
	Open(ctx context.Context, sealed string, binding seal.Binding) ([]byte, error)
}

// slowSealing is above what a key service takes at its worst.
const slowSealing = 2 * time.Second

// Sealing seals a text that means nothing and opens it again.
func Sealing(sealer Sealer) Check {
	return Check{"sealing", func(ctx context.Context) Result {
		text := rand.Text()
		binding := seal.Binding{Site: "doctor-check", Field: "doctor-check"}
		began := time.Now()
		sealed, err := sealer.Seal(ctx, []byte(text), binding)
		if err != nil {
			return sealingFailed("sealed", err)
		}
		if strings.Contains(sealed, text) {
			return Result{Problem, "What is sealed can be read as it is.", "Report this at once: it is a mistake in the program."}
		}
		opened, err := sealer.Open(ctx, sealed, binding)
		if err != nil {
			return sealingFailed("opened", err)
		}
		took := time.Since(began)
		switch {
		case string(opened) != text:
			return Result{Problem, "What was sealed opens as something else.", "Report this at once: it is a mistake in the program."}
		case took > slowSealing:
			return Result{Warning, fmt.Sprintf("A text can be sealed and opened, and that takes %v.", took.Round(time.Millisecond)),
				"See whether AWS_REGION is far from here, or the key service throttles: installs are as slow."}
		default:
			return Result{State: Fine, Detail: fmt.Sprintf("A text was sealed and opened, in %v.", took.Round(time.Microsecond))}
		}
	}}
}

func sealingFailed(what string, err error) Result {
	detail := "Nothing can be " + what
	switch {
	case errors.Is(err, seal.ErrKeyServiceDenied):
		return Result{Problem, detail + ": the key service refuses.",
			"Check KMS_KEY_ID, AWS_REGION and the access key, that the KMS key is enabled and not about to be deleted, and that its policy allows kms:GenerateDataKey and kms:Decrypt."}
	case errors.Is(err, seal.ErrKeyServiceUnavailable):
		return Result{Problem, detail + ": the key service does not answer, or throttles.",
			"Wait, and look at health.aws.amazon.com. Do not restart processes meanwhile: what they have in memory still works."}
	default:
		return Result{Problem, detail + ".", "Check SEAL_KEYS and KMS_KEY_ID."}
	}
}

// checkObject is the only thing that a check writes.
const checkObject = "doctor-check"

// Bucket checks that backups can be listed, written and deleted, and how old
// the newest is. maxAge is how old it may be, 0 if backups are only made by
// hand. now is time.Now outside of tests.
func Bucket(bucket backup.Bucket, maxAge time.Duration, now func() time.Time) Check {
	return Check{"backups", func(ctx context.Context) Result {
		var f findings
		failed := func(what, permission string, err error) {
			// The obligations of a bucket keep account and place out of its errors.
			f.add(Problem, fmt.Sprintf("The bucket cannot %s: %v.", what, err),
				"Check BACKUP_BUCKET, AWS_REGION and the access key, and that its policy allows "+permission+".")
		}
		backups, err := backup.List(ctx, bucket)
		if err != nil {
			failed("be listed", "s3:ListBucket", err)
		} else {
			judgeBackups(&f, backups, maxAge, now())
		}
		if err := bucket.Put(ctx, checkObject, strings.NewReader("written by labelup doctor\n")); err != nil {
			failed("be written to", "s3:PutObject", err)
			return f.judged()
		}
		if err := bucket.Delete(ctx, checkObject); err != nil {
			failed("be cleaned", "s3:DeleteObject; without it old backups are kept for ever, and what was erased with them", err)
			return f.judged()
		}
		f.add(Fine, "It can be written to and cleaned.", "")
		return f.judged()
	}}
}

func judgeBackups(f *findings, backups []backup.Backup, maxAge time.Duration, now time.Time) {
	backups = slices.DeleteFunc(backups, func(b backup.Backup) bool { return b.Ahead(now) }) // none is taken unless it is named
	if len(backups) == 0 {
		f.add(Warning, "There is no backup.", "Make one with labelup backup now, and prove it with labelup backup verify.")
		return
	}
	age := backups[0].Age(now).Round(time.Minute)
	if maxAge > 0 && age > maxAge {
		f.add(Problem, fmt.Sprintf("The newest backup is %v old, and should not be older than %v.", age, maxAge),
			"Make one with labelup backup now and read what it says.")
		return
	}
	f.add(Fine, fmt.Sprintf("%d backups, the newest is %v old.", len(backups), age), "")
}

// LogReader is CloudWatch. Its errors hold neither account nor place.
type LogReader interface {
	Lines(ctx context.Context, since, until time.Time, follow bool, line func(string) error) error
}

// errSeen ends the reading of the log at its first line.
var errSeen = errors.New("a line was seen")

// CloudWatch checks that the log can be read there, and that it has a line of
// the last hour: a service that runs writes some, if only when it is asked for
// its health. now is time.Now outside of tests.
func CloudWatch(log LogReader, now func() time.Time) Check {
	return Check{"cloudwatch", func(ctx context.Context) Result {
		err := log.Lines(ctx, now().Add(-time.Hour), now(), false, func(string) error { return errSeen })
		switch {
		case errors.Is(err, errSeen):
			return Result{State: Fine, Detail: "The log group has lines of the last hour and can be read."}
		case err != nil:
			return Result{Problem, fmt.Sprintf("The log cannot be read there: %v.", err),
				"Check CLOUDWATCH_LOG_GROUP, AWS_REGION and the access key, and that its policy allows logs:FilterLogEvents, logs:PutLogEvents, logs:CreateLogStream and logs:PutRetentionPolicy; if there is no such group, logs:CreateLogGroup."}
		default:
			return Result{Warning, "The log can be read there and has no line of the last hour.",
				"If the service was running: its access key may not write there (logs:PutLogEvents), or it runs with another log group."}
		}
	}}
}
