package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"labelup/internal/site"
	"labelup/internal/technicallog"
	"labelup/internal/terminal"
)

const sitesUsage = `labelup sites list                      the sites that have the app installed
labelup sites show SITE                 all that is held of one, secrets masked
labelup sites block SITE                refuse every call of it until it is unblocked
labelup sites unblock SITE
labelup sites erase SITE --confirm HOST remove all that is held of it, at once

SITE is a client key, a hash as the log shows it, or the site's address. All need --reason TICKET, which is logged.
`

func runSites(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("labelup sites", flag.ContinueOnError)
	reason := flags.String("reason", "", "")
	confirm := flags.String("confirm", "", "")
	words, err := parseAnywhere(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, sitesUsage)
		return 0
	}
	wrong := func(what string) int {
		fmt.Fprintf(stderr, "labelup sites: %s\n\n%s", what, sitesUsage)
		return 2
	}
	if err != nil {
		return wrong(err.Error())
	}
	if len(words) == 0 || len(words) > 2 {
		return wrong("say what to do, and with which site")
	}
	verb, which := words[0], strings.Join(words[1:], "")
	needsSite := verb == "show" || verb == "block" || verb == "unblock" || verb == "erase"
	switch {
	case verb != "list" && !needsSite:
		return wrong(fmt.Sprintf("there is no %q", verb))
	case needsSite && which == "":
		return wrong(verb + " needs the site")
	case !needsSite && which != "":
		return wrong(verb + " takes no site")
	}
	if !isReference(*reason) {
		fmt.Fprintln(stderr, noReference)
		return 2
	}
	o, ok := openOperation("sites", getenv, stderr)
	if !ok {
		return 1
	}
	defer o.close()
	if err := o.sites(ctx, verb, which, *reason, *confirm, stdout, stderr); err != nil {
		complain(stderr, "sites", err)
		return 1
	}
	return 0
}

func (o *operation) sites(ctx context.Context, verb, which, reason, confirm string, stdout, stderr io.Writer) error {
	if verb == "list" {
		if err := o.noteAccess(stderr, "sites_list", reason, ""); err != nil {
			return err
		}
		return o.listSites(ctx, stdout)
	}
	name, err := o.nameOf(ctx, which)
	if err != nil {
		return err
	}
	if err := o.noteAccess(stderr, "sites_"+verb, reason, technicallog.ShortHash(name)); err != nil {
		return err
	}
	switch verb {
	case "block", "unblock":
		if err := o.store.SetBlocked(ctx, name, verb == "block"); err != nil {
			return unknownSite(err)
		}
		fmt.Fprintf(stdout, "%s is %sed. All processes know within a second.\n", technicallog.ShortHash(name), verb)
		return nil
	case "erase":
		return o.eraseSite(ctx, name, confirm, stdout, stderr)
	default:
		held, err := o.store.HeldByName(ctx, name)
		if err != nil {
			return unknownSite(err)
		}
		fmt.Fprintf(stdout, "site: %s\n", name)
		for _, field := range held {
			fmt.Fprintf(stdout, "%s: %s\n", terminal.Visible(field.Name), terminal.Visible(field.Value))
		}
		return nil
	}
}

func (o *operation) listSites(ctx context.Context, stdout io.Writer) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SITE\tADDRESS\tSTATE\tINSTALLED\tLAST CALL\tRECORD")
	count := 0
	err := o.store.Each(ctx, func(s site.Summary) error {
		count++
		record := "current"
		if !s.Current {
			record = "old"
		}
		if s.Corrupt {
			record = "-"
		}
		_, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", technicallog.ShortHash(s.Name), terminal.Visible(s.BaseURL), state(s), date(s.InstalledAt), date(s.ChangedAt), record)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(table, "%d sites\n", count)
	return table.Flush()
}

func state(s site.Summary) string {
	switch {
	case s.Corrupt:
		return "unreadable"
	case s.Blocked:
		return "blocked by the operator"
	case !s.UninstalledAt.IsZero():
		return "uninstalled " + date(s.UninstalledAt)
	case !s.Enabled:
		return "installed, disabled"
	default:
		return "installed"
	}
}

func date(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// nameOf finds a site by its client key, its address, or the beginning of its hash.
func (o *operation) nameOf(ctx context.Context, which string) (string, error) {
	host, isAddress := siteHostOf(which)
	hash, isHash := technicallog.ParseHash(which)
	if !isAddress && !isHash {
		return site.Name(which), nil
	}
	found, err := o.find(ctx, func(s site.Summary) bool {
		if isAddress {
			return isAt(s, host)
		}
		return strings.HasPrefix(s.Name, hash)
	})
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", errNoRecord
	case len(found) > 1 && isAddress:
		return "", fmt.Errorf("%d records have this address; give the hash of one, which `labelup sites list` shows", len(found))
	case len(found) > 1:
		return "", fmt.Errorf("%d sites begin with this hash; give more of it", len(found))
	}
	return found[0], nil
}

var errNoRecord = errors.New("there is no record of this site; `labelup sites list` shows all")

func unknownSite(err error) error {
	if errors.Is(err, site.ErrUnknown) {
		return errNoRecord
	}
	return err
}

// eraseSite removes a site for good. The host has to be given, so that a hash
// that was copied from the wrong line erases nothing; of a record that cannot
// be read, its whole hash.
func (o *operation) eraseSite(ctx context.Context, name, confirm string, stdout, stderr io.Writer) error {
	held, err := o.store.HeldByName(ctx, name)
	switch {
	case errors.Is(err, site.ErrCorrupt):
		if confirm != name {
			return fmt.Errorf("nothing was erased: the record cannot be read, so --confirm must be its whole hash, %s", name)
		}
	case errors.Is(err, site.ErrUnknown):
		fmt.Fprintf(stdout, "%s: nothing is held of it. Nothing was erased.\n", technicallog.ShortHash(name))
		return nil
	case err != nil:
		return err
	default:
		if host := siteHost(held); host == "" || !strings.EqualFold(host, confirm) {
			return errors.New("nothing was erased: --confirm must be the host of the site's baseUrl; `labelup sites show` has it")
		}
	}
	if _, err := o.store.Erase(ctx, name); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s is erased. Backups forget it within %d days, as long as new ones succeed; what the app keeps inside Confluence only an administrator of the site can remove.\n",
		technicallog.ShortHash(name), o.settings.AWS.BackupKeepDays)
	if err := o.note(stderr, "erased", technicallog.Site, technicallog.ShortHash(name)); err != nil {
		fmt.Fprintln(stderr, "It is erased, and CloudWatch did not take the line that says so.")
	}
	return nil
}

func siteHost(held []site.HeldField) string {
	for _, field := range held {
		if u, err := url.Parse(field.Value); field.Name == "baseUrl" && err == nil {
			return u.Host
		}
	}
	return ""
}
