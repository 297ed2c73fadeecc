package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"labelup/internal/site"
	"labelup/internal/technicallog"
)

const sealUsage = `labelup seal status    count the records that are sealed with the current key and have no field that is no longer kept
labelup seal rotate    seal the others anew, without such fields; it can be stopped and run again at any time
`

func runSeal(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
		fmt.Fprint(stdout, sealUsage)
		return 0
	}
	if len(args) != 1 || args[0] != "status" && args[0] != "rotate" {
		fmt.Fprint(stderr, sealUsage)
		return 2
	}
	o, ok := openOperation("seal", getenv, stderr)
	if !ok {
		return 1
	}
	defer o.close()
	err := o.rotate(ctx, args[0] == "rotate", stdout)
	if err != nil {
		complain(stderr, "seal", err)
		return 1
	}
	return 0
}

// rotate seals the records anew that are not current. What is done needs no note
// of its own, for each record says so itself: after an interruption the next run
// does the rest.
func (o *operation) rotate(ctx context.Context, write bool, stdout io.Writer) error {
	var old []string
	current, corrupt := 0, 0
	if err := o.store.Each(ctx, func(s site.Summary) error {
		switch {
		case s.Corrupt:
			corrupt++
		case s.Current:
			current++
		default:
			old = append(old, s.Name)
		}
		return nil
	}); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d records are current, %d are not, %d cannot be read.\n", current, len(old), corrupt)
	unread := func() error {
		if corrupt == 0 {
			return nil
		}
		return fmt.Errorf("%d records cannot be read; `labelup sites list` shows which", corrupt)
	}
	if !write || len(old) == 0 {
		return unread()
	}
	began := time.Now()
	said := began
	var unopened []string
	for i, name := range old {
		_, err := o.store.Reseal(ctx, name)
		switch {
		case err == nil, errors.Is(err, site.ErrUnknown): // erased meanwhile
		case errors.Is(err, site.ErrCorrupt):
			unopened = append(unopened, technicallog.ShortHash(name))
		default:
			return fmt.Errorf("stopped after %d of %d, which are done; run it again for the rest: %w", i-len(unopened), len(old), err)
		}
		if now := time.Now(); now.Sub(said) >= 5*time.Second {
			said = now
			left := time.Duration(float64(now.Sub(began)) / float64(i+1) * float64(len(old)-i-1))
			fmt.Fprintf(stdout, "%d of %d, about %s left\n", i+1, len(old), left.Round(time.Second))
		}
	}
	fmt.Fprintf(stdout, "Sealed %d sites anew in %s.\n", len(old)-len(unopened), time.Since(began).Round(time.Millisecond))
	if len(unopened) > 0 {
		return fmt.Errorf("the secrets of %d sites do not open with the keys that are set, and were left as they are: %v", len(unopened), unopened[:min(len(unopened), 10)])
	}
	return unread()
}
