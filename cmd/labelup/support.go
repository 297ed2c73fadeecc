package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"labelup/internal/config"
	"labelup/internal/service"
	"labelup/internal/site"
	"labelup/internal/technicallog"
)

// Whoever looks at what is held of customers, or at their errors, says for
// which ticket. It is logged, so it has to be a reference and no free text.
const noReference = "labelup: this shows data of customers, so it needs --reason with the ticket it is done for: 3 to 60 letters, digits or - . _ / #. It is logged."

func isReference(text string) bool {
	return len(text) >= 3 && len(text) <= 60 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/#") == ""
}

// loggedReference is a ticket as the log takes it: # is in no technical word.
func loggedReference(reference string) string { return strings.ReplaceAll(reference, "#", ".") }

// noteAccess puts on record that somebody looks at a site, or at all of them if
// siteHash is empty. What cannot be put on record must not be shown.
func (o *operation) noteAccess(stderr io.Writer, did, reference, siteHash string) error {
	return o.note(stderr, "support access",
		technicallog.Support, did, technicallog.Reference, loggedReference(reference), technicallog.Site, siteHash)
}

// note writes a line to standard error, and to CloudWatch if the log goes
// there. It is written whatever LOG_LEVEL says.
func (o *operation) note(stderr io.Writer, message string, attributes ...any) error {
	to := stderr
	if o.settings.AWS.LogGroup != "" {
		to = io.MultiWriter(stderr, cloudRecord{o.settings})
	}
	line := &recorded{to: to}
	technicallog.New(line, slog.LevelInfo).Warn(message, attributes...)
	return line.err
}

// recorded remembers what came of writing, which a logger does not say.
type recorded struct {
	to  io.Writer
	err error
}

func (r *recorded) Write(line []byte) (int, error) {
	n, err := r.to.Write(line)
	r.err = errors.Join(r.err, err)
	return n, err
}

// cloudRecord writes each line to CloudWatch and waits until it is there.
type cloudRecord struct{ settings config.Config }

func (c cloudRecord) Write(line []byte) (int, error) {
	sink := service.LogSink(c.settings, nil)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	n, err := sink.Write(line)
	if err = errors.Join(err, sink.Close(ctx)); err != nil || sink.Dropped() > 0 {
		return n, errNotOnRecord
	}
	return n, nil
}

var errNotOnRecord = errors.New("CloudWatch did not take the line that puts this on record, so nothing was shown or done; without CLOUDWATCH_LOG_GROUP in the environment it is written to standard error only")

// find returns the names of some sites.
func (o *operation) find(ctx context.Context, wanted func(site.Summary) bool) (names []string, err error) {
	err = o.store.Each(ctx, func(s site.Summary) error {
		if wanted(s) {
			names = append(names, s.Name)
		}
		return nil
	})
	return names, err
}

// siteHostOf is the host of a site's address: a URL, or what begins with a host
// that has a dot in it. Atlassian's client keys have none.
func siteHostOf(text string) (host string, ok bool) {
	whole := text
	if !strings.Contains(text, "://") {
		whole = "https://" + text
	}
	u, err := url.Parse(whole)
	if err != nil || u.Host == "" || whole != text && !strings.Contains(u.Host, ".") {
		return "", false
	}
	return strings.ToLower(u.Host), true
}

// isAt reports whether a site is reached at a host, which may be a custom domain.
func isAt(s site.Summary, host string) bool {
	for _, address := range []string{s.BaseURL, s.DisplayURL} {
		if at, ok := siteHostOf(address); ok && at == host {
			return true
		}
	}
	return false
}
