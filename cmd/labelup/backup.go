package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"labelup/internal/backup"
	"labelup/internal/service"
	"labelup/internal/site"
	"labelup/internal/technicallog"
)

const day = 24 * time.Hour

const backupUsage = `labelup backup [now]           back up the sites' records
labelup backup list            list the backups with their age and size
labelup backup verify [NAME]   prove that a backup restores: the newest, or the one named
`

const restoreUsage = `labelup restore [NAME] [--dry-run] [--without HASH,…] [--force]

Brings the records of a backup back: of the newest one, or of the one named. A
record that is newer in Redis stays, and a site that was erased stays erased.

  --dry-run         only say what would be done
  --without HASH,…  leave these sites out: those that were erased after the
                    newest backup, as the log has them
  --force           restore a backup that is older than erasures are remembered
                    or dated ahead, or although newer ones cannot be read. Sites that were
                    erased after the backup may come back, with their addresses
                    and secrets: look for them in the log, or in the tickets,
                    and give them with --without
`

func runBackup(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	verb, name, err := parseBackup(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, backupUsage)
		return 0
	}
	if err != nil {
		fmt.Fprintf(stderr, "labelup backup: %v\n\n%s", err, backupUsage)
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

// parseBackup returns what is to be done, and the backup it is done to if one
// was named.
func parseBackup(args []string) (verb, name string, err error) {
	positional, err := parseAnywhere(flag.NewFlagSet("labelup backup", flag.ContinueOnError), args)
	if err != nil {
		return "", "", err
	}
	if len(positional) == 0 {
		return "now", "", nil
	}
	verb = positional[0]
	if verb != "now" && verb != "list" && verb != "verify" {
		return "", "", errors.New("it takes now, list or verify")
	}
	if verb == "verify" && len(positional) == 2 {
		return verb, positional[1], nil
	}
	if len(positional) > 1 {
		return "", "", fmt.Errorf("there is too much after %s", verb)
	}
	return verb, "", nil
}

func (o *operation) backup(ctx context.Context, bucket backup.Bucket, stdout io.Writer) error {
	began := time.Now()
	report, err := backup.Write(ctx, o.store, bucket, o.sealer, began)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d sites, %d marks of sites that are gone, %s, in %s\n", report.Name, report.Records, report.Erasures, size(report.Size), time.Since(began).Round(time.Millisecond))
	if report.TooLong > 0 {
		fmt.Fprintf(stdout, "%d records were left out because they are above 1 MiB, which no record of the app is.\n", report.TooLong)
	}
	if err := backup.Emptied(ctx, bucket, o.sealer, report, began); err != nil {
		return fmt.Errorf("no old backup was deleted: %w", err)
	}
	deleted, err := backup.Prune(ctx, bucket, o.sealer, time.Duration(o.settings.AWS.BackupKeepDays)*day, began)
	for _, name := range deleted {
		fmt.Fprintf(stdout, "%s: deleted, as none is kept for more than %d days\n", name, o.settings.AWS.BackupKeepDays)
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
		fmt.Fprintf(table, "%s\t%s\t%s\n", b.Name, ageOf(b, now), size(b.Size))
	}
	return table.Flush()
}

func (o *operation) verify(ctx context.Context, bucket backup.Bucket, name string, stdout io.Writer) error {
	began := time.Now()
	found, err := backup.Verify(ctx, bucket, name, o.sealer, began, o.store.Check)
	if errors.Is(err, backup.ErrUnopened) {
		fmt.Fprintf(stdout, "%s is whole, and the secrets of %d of its %d sites do not open with the keys that are set:\n", found.Name, found.Unopened, found.Records)
		for _, name := range found.UnopenedNames {
			fmt.Fprintln(stdout, "  "+technicallog.ShortHash(name))
		}
	}
	if err != nil && !errors.Is(err, backup.ErrEmpty) {
		return err
	}
	fmt.Fprintf(stdout, "%s restores: %d sites, all secrets open; %d marks of sites that are gone; %s, %s, read in %s\n", found.Name, found.Records, found.Erasures,
		size(found.Size), ageOf(found.Backup, began), time.Since(began).Round(time.Millisecond))
	if found.Records == 0 {
		fmt.Fprintln(stdout, "It holds no site at all.")
	}
	return err
}

func runRestore(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	order, err := parseRestore(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, restoreUsage)
		return 0
	}
	if err != nil {
		fmt.Fprintf(stderr, "labelup restore: %v\n\n%s", err, restoreUsage)
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
	began := time.Now()
	order.Now, order.ErasuresKept = began, service.ErasuresKept(o.settings)
	difference, err := backup.Restore(ctx, bucket, o.sealer, o.store, order)
	if err != nil {
		complain(stderr, "restore", err)
		switch {
		case errors.Is(err, backup.ErrEmpty):
			fmt.Fprintln(stderr, "Give the name of the backup that you mean.")
		case errors.Is(err, backup.ErrTooOld), errors.Is(err, backup.ErrNewerUnread):
			fmt.Fprintln(stderr, "Nothing was restored. --dry-run says what would be; read in --help what --force risks.")
		case difference.Written:
			fmt.Fprintln(stderr, "A part may have been written. Restoring again is safe and does the rest.")
		}
		return 1
	}
	printDifference(stdout, difference, time.Since(began))
	return 0
}

func parseRestore(args []string) (backup.Order, error) {
	var order backup.Order
	flags := flag.NewFlagSet("labelup restore", flag.ContinueOnError)
	flags.BoolVar(&order.DryRun, "dry-run", false, "")
	flags.BoolVar(&order.Force, "force", false, "")
	without := flags.String("without", "", "")
	positional, err := parseAnywhere(flags, args)
	if err != nil {
		return backup.Order{}, err
	}
	if *without != "" {
		order.Without = strings.Split(*without, ",")
	}
	switch len(positional) {
	case 0:
	case 1:
		order.Name = positional[0]
	default:
		return backup.Order{}, errors.New("it takes the name of one backup")
	}
	return order, nil
}

// outcomeWords says an outcome in words.
type outcomeWords struct {
	outcome site.Outcome
	did     string
	would   string
}

// The outcomes in the order in which they matter. Of erasures the others mean
// that nothing had to be done.
var (
	siteOutcomes = []outcomeWords{
		{site.Added, "added", "would be added"},
		{site.Replaced, "replaced an older record", "would replace an older record"},
		{site.Same, "were there already", "are there already"},
		{site.KeptNewer, "are newer in Redis and stayed", "are newer in Redis and would stay"},
		{site.Erased, "were erased since and stay erased", "were erased since and would stay erased"},
		{site.Expired, "uninstalled too long ago", "uninstalled too long ago"},
		{site.Corrupt, "cannot be read or opened and were left out", "cannot be read or opened and would be left out"},
	}
	erasureOutcomes = []outcomeWords{
		{site.Erased, "erased sites are deleted from Redis", "erased sites would be deleted from Redis"},
		{site.Marked, "sites are known again to be gone", "sites would be known again to be gone"},
	}
)

func printDifference(w io.Writer, d backup.Difference, took time.Duration) {
	verb := "Restored"
	if d.DryRun {
		verb = "Would restore"
	}
	fmt.Fprintf(w, "%s %s, which holds %d sites, in %s:\n", verb, d.Backup.Name, d.Records, took.Round(time.Millisecond))
	table := tabwriter.NewWriter(w, 8, 0, 2, ' ', tabwriter.AlignRight)
	printOutcomes(table, siteOutcomes, d.DryRun, d.Sites, d.SiteNames)
	if d.LeftOut > 0 {
		fmt.Fprintf(table, "%d\t  left out, as --without says\n", d.LeftOut)
	}
	printOutcomes(table, erasureOutcomes, d.DryRun, d.Erasures, d.ErasureNames)
	_ = table.Flush() // as all writing to w
	for _, risk := range d.Risks {
		if d.DryRun {
			fmt.Fprintf(w, "A restore would refuse this without --force:\n  %v\n", risk)
		} else {
			fmt.Fprintf(w, "Forced in spite of this:\n  %v\n", risk)
		}
	}
	if d.ErasuresUntil.IsZero() {
		fmt.Fprintln(w, "Nobody knows up to when erasures are known, beside what Redis has of them: the backup is dated ahead. If Redis was empty, look for the log's lines \"erased\" and give their sites with --without.")
		return
	}
	fmt.Fprintf(w, "Erasures are known up to %s and as far as Redis has them. If Redis was empty, look for the log's lines \"erased\" since then and give their sites with --without.\n",
		d.ErasuresUntil.Format(time.RFC3339))
}

func printOutcomes(table io.Writer, outcomes []outcomeWords, dryRun bool, counts map[site.Outcome]int, names map[site.Outcome][]string) {
	for _, o := range outcomes {
		n := counts[o.outcome]
		if n == 0 {
			continue
		}
		words := o.did
		if dryRun {
			words = o.would
		}
		fmt.Fprintf(table, "%d\t  %s%s\n", n, words, shortNames(names[o.outcome], n))
	}
}

// shortNames are the first sites, as the log shows them.
func shortNames(names []string, of int) string {
	if len(names) == 0 || of > 5 {
		return ""
	}
	var short []string
	for _, name := range names {
		short = append(short, technicallog.ShortHash(name))
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

func ageOf(b backup.Backup, now time.Time) string {
	if b.Ahead(now) {
		return "dated " + age(-b.Age(now)) + " ahead"
	}
	return age(b.Age(now)) + " old"
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
