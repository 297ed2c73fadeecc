package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"labelup/internal/config"
	"labelup/internal/logreader"
	"labelup/internal/service"
	"labelup/internal/site"
	"labelup/internal/technicallog"
	"labelup/internal/terminal"
)

const logsUsage = `labelup logs [FILE] --reason TICKET [flags]

Reads the technical log and prints it as a timeline: requests with their calls
beneath them, and what to look at first. It reads FILE, or else standard input
if it is no terminal (heroku logs --tail | labelup logs ...), or else CloudWatch.
All times are UTC.

  --reason TICKET  why: a ticket of 3 to 60 letters, digits or - . _ / #; it is
                   logged that the log was read, with this
  --site SITE      of one site: its client key, its hash as the log has it, or
                   its address, which is looked up in Redis
  --request ID     of one request: the reference that a person reports
  --since WHEN     a duration such as 90m, or a time such as 14:05, which is of
                   the last 24 hours, or 2026-11-22T14:05:00Z; 1h with CloudWatch,
                   otherwise everything
  --until WHEN     the same for the end, which is not included
  --cloudwatch     read CloudWatch, whatever standard input is: from a script, or
                   over ssh without a terminal
  --level LEVEL    requests with a line of at least debug, info, warn or error
  --follow         go on with what is written from now on, until Ctrl-C
  --summary        counts in place of lines: kinds of failures, slow routes, sites, calls
`

// logsCommand is what labelup logs reads from, besides files and its input.
type logsCommand struct {
	cloud  logreader.Source // CloudWatch; nil if it is not set up
	record io.Writer        // takes one line for each reading, besides standard error; may be nil
	now    func() time.Time

	// sitesAt returns the names of the sites that have an address, by its host.
	sitesAt func(ctx context.Context, host string) ([]string, error)
}

// runLogs prints the technical log of files, of standard input, or of
// CloudWatch.
func runLogs(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	command := logsCommand{now: time.Now}
	// A file can be read without any setting.
	if settings, _ := config.Read(getenv); settings.AWS.LogGroup != "" {
		command.cloud = service.LogReader(settings)
		command.record = cloudRecord{settings}
	}
	command.sitesAt = func(ctx context.Context, host string) ([]string, error) {
		o, ok := openOperation("logs", getenv, stderr)
		if !ok {
			return nil, errors.New("a site is looked up by its address in Redis, with the settings of the service; its hash needs none")
		}
		defer o.close()
		return o.find(ctx, func(s site.Summary) bool { return isAt(s, host) })
	}
	return command.run(ctx, args, getenv, stdin, stdout, stderr)
}

// logsRequest is what was asked for on the command line.
type logsRequest struct {
	query      logreader.Query
	file       string
	reason     string
	site       string // as it was given
	since      bool   // was given
	until      bool   // was given
	summary    bool
	cloudwatch bool
}

func (c logsCommand) run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	ask, err := parseLogs(args, c.now())
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, logsUsage)
		return 0
	} else if err != nil {
		fmt.Fprintf(stderr, "labelup logs: %v\n\n%s", err, logsUsage)
		return 2
	}
	if !isReference(ask.reason) {
		fmt.Fprintln(stderr, noReference)
		return 2
	}
	source, err := c.source(&ask, stdin)
	if err != nil {
		fmt.Fprintf(stderr, "labelup logs: %v\n", err)
		return 2
	}
	if ask.query.Sites, err = c.sites(ctx, ask.site); err != nil {
		fmt.Fprintf(stderr, "labelup logs: --site: %v\n", err)
		return 1
	}
	if err := c.recordAccess(ask, stderr); err != nil {
		fmt.Fprintln(stderr, "labelup logs: that you read the log could not be logged, so nothing is shown")
		return 1
	}
	var counts logreader.Counts
	if ask.summary {
		counts, err = logreader.Summary(ctx, source, ask.query, stdout)
	} else {
		to, colour := stdout, wantsColour(getenv, stdout)
		if colour {
			to = terminal.Raw(stdout) // colours are escapes, and package logreader lets no others through
		}
		counts, err = logreader.Timeline(ctx, source, ask.query, to, colour)
		fmt.Fprintf(stderr, "%d lines read, %d skipped because they are not of the technical log.\n", counts.Lines, counts.Skipped)
	}
	if err != nil {
		fmt.Fprintf(stderr, "labelup logs: the log cannot be read on: %v\n", err)
		return 1
	}
	if counts.Matched == 0 {
		fmt.Fprint(stderr, ask.whyNothing())
	}
	return 0
}

// whyNothing says which filter may have been given wrong when no line matches;
// nothing if there is none.
func (r logsRequest) whyNothing() string {
	var why string
	switch {
	case r.query.Request != "" || len(r.query.Sites) > 0:
		why = "No line matches; a request's reference must be given whole, a site as its whole client key, its address, or at least 12 digits of its hash.\n"
	case !r.query.Since.IsZero() || r.until || r.query.Level > slog.LevelDebug:
		why = "No line matches.\n"
	}
	if !r.query.Since.IsZero() {
		why += "Only lines since " + r.query.Since.UTC().Format(time.RFC3339) + " were looked at; --since goes further back.\n"
	}
	if r.until {
		why += "Only lines before " + r.query.Until.UTC().Format(time.RFC3339) + " were looked at.\n"
	}
	return why
}

func parseLogs(args []string, now time.Time) (logsRequest, error) {
	ask := logsRequest{query: logreader.Query{Level: slog.LevelDebug, Until: now}}
	flags := flag.NewFlagSet("labelup logs", flag.ContinueOnError)
	since, until, level := flags.String("since", "", ""), flags.String("until", "", ""), flags.String("level", "", "")
	flags.StringVar(&ask.site, "site", "", "")
	flags.StringVar(&ask.query.Request, "request", "", "")
	flags.BoolVar(&ask.query.Follow, "follow", false, "")
	flags.BoolVar(&ask.cloudwatch, "cloudwatch", false, "")
	flags.BoolVar(&ask.summary, "summary", false, "")
	flags.StringVar(&ask.reason, "reason", "", "")
	files, err := parseAnywhere(flags, args)
	switch {
	case err != nil:
		return ask, err
	case len(files) > 1:
		return ask, errors.New("it takes one file")
	case len(files) == 1 && ask.cloudwatch:
		return ask, errors.New("it reads a file or CloudWatch, not both")
	}
	if len(files) == 1 {
		ask.file = files[0]
	}
	if *since != "" {
		ask.since = true
		if ask.query.Since, err = logreader.ParseTime(*since, now); err != nil {
			return ask, fmt.Errorf("--since: %w", err)
		}
	}
	if *until != "" {
		ask.until = true
		if ask.query.Until, err = logreader.ParseTime(*until, now); err != nil {
			return ask, fmt.Errorf("--until: %w", err)
		}
		if !ask.query.Since.Before(ask.query.Until) {
			return ask, errors.New("--until is before --since")
		}
		if ask.query.Follow {
			return ask, errors.New("--follow has no end, and --until is one")
		}
	}
	if *level != "" {
		if ask.query.Level, err = logreader.ParseLevel(*level); err != nil {
			return ask, fmt.Errorf("--level: %w", err)
		}
	}
	if ask.query.Follow {
		ask.query.Until = time.Time{}
	}
	return ask, nil
}

// source decides where to read. Files and streams are read to their end unless
// --until is given: only of CloudWatch a part is asked for.
func (c logsCommand) source(ask *logsRequest, stdin io.Reader) (logreader.Source, error) {
	if ask.file != "" {
		ask.readAll()
		return logreader.FromFile(ask.file), nil
	}
	if file, ok := stdin.(*os.File); !ask.cloudwatch && (!ok || !isTerminal(file)) {
		ask.readAll()
		return logreader.FromReader(stdin), nil
	}
	if c.cloud == nil && ask.cloudwatch {
		return nil, errors.New("--cloudwatch needs CLOUDWATCH_LOG_GROUP to be set")
	}
	if c.cloud == nil {
		return nil, errors.New("name a file, pipe the log in, or set CLOUDWATCH_LOG_GROUP")
	}
	if !ask.since {
		ask.query.Since = ask.end(c.now()).Add(-time.Hour)
	}
	return c.cloud, nil
}

// readAll takes away the end that nobody asked for.
func (r *logsRequest) readAll() {
	if !r.until {
		r.query.Until = time.Time{}
	}
}

// end is up to when CloudWatch is read.
func (r *logsRequest) end(now time.Time) time.Time {
	if r.until {
		return r.query.Until
	}
	return now
}

// sites are what the log calls the sites that were asked for. Several records may
// have one address, for a site that was imported is another to the app.
func (c logsCommand) sites(ctx context.Context, asked string) ([]string, error) {
	if asked == "" {
		return nil, nil
	}
	host, isAddress := siteHostOf(asked)
	if !isAddress {
		return []string{logreader.ParseSite(asked)}, nil
	}
	names, err := c.sitesAt(ctx, host)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("no site that has the app has this address; give its client key, or its hash")
	}
	for i, name := range names {
		names[i] = logreader.ParseSite(name)
	}
	return names, nil
}

// recordAccess writes a line of the technical log for each site that was asked
// for, or one for all, before anything is shown.
func (c logsCommand) recordAccess(ask logsRequest, stderr io.Writer) error {
	var lines bytes.Buffer
	log := technicallog.New(&lines, slog.LevelInfo).With(technicallog.Support, "logs", technicallog.Reference, loggedReference(ask.reason))
	for _, site := range ask.query.Sites {
		log.Info("support access", technicallog.Site, site)
	}
	if len(ask.query.Sites) == 0 {
		log.Info("support access")
	}
	for line := range bytes.Lines(lines.Bytes()) {
		for _, w := range []io.Writer{stderr, c.record} {
			if w == nil {
				continue
			}
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
	}
	return nil
}

// wantsColour follows the custom of NO_COLOR and of terminals that have none.
func wantsColour(getenv func(string) string, stdout io.Writer) bool {
	file, ok := terminal.Raw(stdout).(*os.File)
	return ok && isTerminal(file) && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}
