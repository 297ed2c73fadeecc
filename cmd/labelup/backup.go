package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"labelup/internal/aws"
	"labelup/internal/backup"
	"labelup/internal/config"
	"labelup/internal/technicallog"
	"labelup/internal/tenant"
)

const backupUsage = `labelup backup [now]           back up the sites' records
labelup backup list            list the backups with their age and size
labelup backup verify [NAME]   prove that a backup restores: the newest, or the one named
`

// newBucket is where backups lie.
func newBucket(settings config.Config, log *slog.Logger) *aws.Bucket {
	bucket, prefix, _ := strings.Cut(settings.AWS.BackupBucket, "/")
	return aws.NewBucket(awsSettings(settings, observeAWS(log)), bucket, prefix)
}

// newSchedule is nil if the service does not back up by itself.
func newSchedule(settings config.Config, store *tenant.Store, sealer *sealing, log *slog.Logger) *backup.Schedule {
	if settings.AWS.BackupBucket == "" || settings.AWS.BackupEvery == 0 {
		return nil
	}
	return &backup.Schedule{
		Every: settings.AWS.BackupEvery, Keep: time.Duration(settings.AWS.BackupKeepDays) * day,
		Source: store, Bucket: newBucket(settings, log), Sealer: sealer,
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

// causeOf is technicallog.CauseOf, and knows the classes of AWS.
func causeOf(err error) string {
	if failed, ok := errors.AsType[*aws.Error](err); ok {
		return failed.Class
	}
	return technicallog.CauseOf(err)
}

// operation is what the commands for operators work with.
type operation struct {
	settings config.Config
	log      *slog.Logger // on standard error: standard output is the answer
	store    *tenant.Store
	sealer   *sealing
}

// openOperation reads the settings and opens the store, with everything that
// is wrong said to stderr.
func openOperation(command string, getenv func(string) string, stderr io.Writer) (*operation, bool) {
	settings, err := config.Read(getenv)
	if err = errors.Join(err, checkFormats(settings)); err != nil {
		complain(stderr, command, err)
		return nil, false
	}
	log := technicallog.New(stderr, slog.LevelError) // a person is watching, who is told what failed
	store, sealer, err := openStore(settings, log, nil)
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
	return newBucket(o.settings, o.log), nil
}

func runBackup(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	verb, name := "now", ""
	switch {
	case len(args) == 0 || len(args) == 1 && args[0] == "now":
	case len(args) == 1 && (args[0] == "list" || args[0] == "verify"):
		verb = args[0]
	case len(args) == 2 && args[0] == "verify":
		verb, name = args[0], args[1]
	default:
		fmt.Fprint(stderr, backupUsage)
		return 2
	}
	o, ok := openOperation("backup", getenv, stderr)
	if !ok {
		return 1
	}
	defer o.close()
	bucket, err := o.bucket()
	if err == nil {
		switch verb {
		case "now":
			err = o.backup(ctx, bucket, stdout)
		case "list":
			err = listBackups(ctx, bucket, stdout, time.Now())
		case "verify":
			err = o.verify(ctx, bucket, name, stdout)
		}
	}
	if err != nil {
		complain(stderr, "backup", err)
		return 1
	}
	return 0
}

func (o *operation) backup(ctx context.Context, bucket backup.Bucket, stdout io.Writer) error {
	began := time.Now()
	report, err := backup.Write(ctx, o.store, bucket, o.sealer, began)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d sites, %d erasures, %s, in %s\n", report.Name, report.Records, report.Erasures, size(report.Size), time.Since(began).Round(time.Millisecond))
	if report.TooLong > 0 {
		fmt.Fprintf(stdout, "%d records were left out because they are above 1 MiB, which no record of the app is.\n", report.TooLong)
	}
	deleted, err := backup.Prune(ctx, bucket, time.Duration(o.settings.AWS.BackupKeepDays)*day, began)
	for _, name := range deleted {
		fmt.Fprintf(stdout, "%s: deleted, older than %d days\n", name, o.settings.AWS.BackupKeepDays)
	}
	return err
}

func listBackups(ctx context.Context, bucket backup.Bucket, stdout io.Writer, now time.Time) error {
	backups, err := backup.List(ctx, bucket)
	if err != nil {
		return err
	}
	if len(backups) == 0 {
		fmt.Fprintln(stdout, "There is no backup.")
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, b := range backups {
		fmt.Fprintf(table, "%s\t%s old\t%s\n", b.Name, age(b.Age(now)), size(b.Size))
	}
	return table.Flush()
}

func (o *operation) verify(ctx context.Context, bucket backup.Bucket, name string, stdout io.Writer) error {
	began := time.Now()
	found, err := backup.Verify(ctx, bucket, name, o.sealer, o.store.Check)
	if errors.Is(err, backup.ErrUnopened) {
		fmt.Fprintf(stdout, "%s is whole, and the secrets of %d of its %d sites do not open with the keys that are set:\n", found.Name, found.Unopened, found.Records)
		for _, name := range found.UnopenedNames {
			fmt.Fprintln(stdout, "  "+name[:12])
		}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s restores: %d sites, all secrets open; %d erasures; %s, %s old, read in %s\n", found.Name, found.Records, found.Erasures,
		size(found.Size), age(found.Age(began)), time.Since(began).Round(time.Millisecond))
	return nil
}

func runRestore(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("labelup restore", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dryRun := flags.Bool("dry-run", false, "only say what would be done")
	without := flags.String("without", "", "sites to leave out, by hash, comma separated: those that were erased after the newest backup, as the log has them")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "labelup restore [--dry-run] [--without HASH,…] [NAME]\n\nBrings the records of a backup back, the newest or the one named. A record that is newer in Redis stays.")
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil || flags.NArg() > 1:
		return 2
	}
	o, ok := openOperation("restore", getenv, stderr)
	if !ok {
		return 1
	}
	defer o.close()
	bucket, err := o.bucket()
	if err != nil {
		complain(stderr, "restore", err)
		return 1
	}
	var left []string
	if *without != "" {
		left = strings.Split(*without, ",")
	}
	began := time.Now()
	difference, err := backup.Restore(ctx, bucket, flags.Arg(0), o.sealer, o.store, *dryRun, left)
	if err != nil {
		complain(stderr, "restore", err)
		if len(difference.Sites)+len(difference.Erasures) > 0 {
			fmt.Fprintln(stderr, "A part was written. Restoring again is safe and does the rest.")
		}
		return 1
	}
	printDifference(stdout, difference, time.Since(began))
	return 0
}

// outcomes says each outcome in words, in the order in which they matter.
var outcomes = []struct {
	outcome tenant.Outcome
	did     string
	would   string
}{
	{tenant.Added, "added", "would be added"},
	{tenant.Replaced, "replaced an older record", "would replace an older record"},
	{tenant.Same, "were there already", "are there already"},
	{tenant.KeptNewer, "are newer in Redis and stayed", "are newer in Redis and would stay"},
	{tenant.Erased, "were erased since and stay erased", "were erased since and would stay erased"},
	{tenant.Expired, "uninstalled too long ago", "uninstalled too long ago"},
	{tenant.Corrupt, "cannot be read or opened and were left out", "cannot be read or opened and would be left out"},
	{tenant.Marked, "erasures are known again", "erasures would be known again"},
}

func printDifference(w io.Writer, d backup.Difference, took time.Duration) {
	verb := "Restored"
	if d.DryRun {
		verb = "Would restore"
	}
	fmt.Fprintf(w, "%s %s, in %s:\n", verb, d.Backup.Name, took.Round(time.Millisecond))
	table := tabwriter.NewWriter(w, 8, 0, 2, ' ', tabwriter.AlignRight)
	for _, o := range outcomes {
		n := d.Sites[o.outcome]
		if o.outcome == tenant.Marked {
			n = d.Erasures[o.outcome]
		}
		if n == 0 {
			continue
		}
		words := o.did
		if d.DryRun {
			words = o.would
		}
		fmt.Fprintf(table, "%d\t  %s%s\n", n, words, shortNames(d.Names[o.outcome], n))
	}
	if d.LeftOut > 0 {
		fmt.Fprintf(table, "%d\t  left out, as --without says\n", d.LeftOut)
	}
	_ = table.Flush() // as all writing to w
	for _, name := range d.Unreadable {
		fmt.Fprintf(w, "%s cannot be read: erasures in it are not respected.\n", name)
	}
	fmt.Fprintf(w, "Erasures are known up to %s and as far as Redis has them. If Redis was empty, look for the log's lines \"erased\" since then and give their sites with --without.\n",
		d.ErasuresUntil.Format(time.RFC3339))
}

// shortNames are the first sites, as the log shows them.
func shortNames(names []string, of int) string {
	if len(names) == 0 || of > 5 {
		return ""
	}
	var short []string
	for _, name := range names {
		short = append(short, name[:min(12, len(name))])
	}
	return ": " + strings.Join(short, " ")
}

func size(bytes int64) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	default:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	}
}

func age(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 2*day:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d/day))
	}
}
