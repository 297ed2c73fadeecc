package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"labelup/internal/fault"
	"labelup/internal/lasterrors"
	"labelup/internal/technicallog"
	"labelup/macros"
)

// Records is what is held about the sites. Its errors are faults, or else
// count as internal ones.
type Records interface {
	// Held returns everything that is stored about a site, field by field,
	// with secrets masked. It reads the store and no cache: what is shown is
	// what is there.
	Held(ctx context.Context, siteID string) ([]HeldField, error)

	// Erase removes it at once, here and in every other process. To erase a
	// site of which nothing is held is no error.
	Erase(ctx context.Context, siteID string) error
}

// HeldField is one thing that is stored about a site.
type HeldField struct {
	Name       string `json:"name"`
	Value      string `json:"value"`
	Origin     string `json:"origin"`
	Purpose    string `json:"purpose"`
	Kept       string `json:"kept"`
	Protection string `json:"protection"`
}

// Retention is how long what is kept, in days, as it is set.
type Retention struct {
	UninstalledDays int `json:"uninstalledDays"`
	LogDays         int `json:"logDays"`
	BackupDays      int `json:"backupDays"`
}

// Running is what an administrator may know about the running service.
type Running struct {
	Version   string
	Started   time.Time
	Scopes    []string // of the descriptor
	Retention Retention
}

const maxEraseBytes = 4 << 10

// adminPage is the frame of the admin page. It holds no data: who may see it is
// decided by the calls of its script.
func (s *Server) adminPage(x *exchange) error { return s.frame(x, macros.Admin) }

// mayAdminister asks Confluence, as the person, whether they administer the
// site. That the page is only in an administrator's menu is no proof: the URL
// of a call is known to everybody.
func (s *Server) mayAdminister(x *exchange) error {
	if x.caller.AccountID == "" {
		return fault.New(fault.Anonymous, "no_account")
	}
	ctx, cancel := context.WithDeadline(x.request.Context(), x.started.Add(time.Duration(rightsShare*float64(s.answerWithin))))
	defer cancel()
	asUser, err := s.asUser(x, readOnly)
	if err != nil {
		return err
	}
	administers, err := asUser.Administers(ctx, x.caller.AccountID)
	if err != nil {
		return err
	}
	if !administers {
		return fault.New(fault.Forbidden, "not_an_administrator")
	}
	return nil
}

// siteAnswer is all that the admin page shows.
type siteAnswer struct {
	Site        string            `json:"site"` // as the log shows it
	URL         string            `json:"url"`
	Version     string            `json:"version"`
	Now         time.Time         `json:"now"`
	StartedAt   time.Time         `json:"startedAt"`
	Licensed    bool              `json:"licensed"`
	Enabled     bool              `json:"enabled"`
	InstalledAt time.Time         `json:"installedAt"`
	LastCall    time.Time         `json:"lastCall"` // newest install, update, enable or disable
	Scopes      []string          `json:"scopes"`
	Checks      []checkAnswer     `json:"checks"`
	Errors      lasterrors.Report `json:"errors"`
	Held        []HeldField       `json:"held"`
	Retention   Retention         `json:"retention"`
}

type checkAnswer struct {
	Name string     `json:"name"`
	OK   bool       `json:"ok"`
	Kind fault.Kind `json:"kind,omitempty"` // why not
}

// site answers what is held about the caller's site and how it is doing.
func (s *Server) site(x *exchange) error {
	caller, now := x.caller, time.Now().UTC()
	ctx := x.request.Context()
	held, err := s.Records.Held(ctx, caller.Site.ID)
	if err != nil {
		return err
	}
	answer := siteAnswer{
		Site: caller.Site.Hash, URL: caller.Site.WikiURL, Version: s.Running.Version, Now: now, StartedAt: s.Running.Started.UTC(),
		Licensed: caller.Licensed, Enabled: caller.Site.Enabled, InstalledAt: caller.Site.InstalledAt.UTC(), LastCall: caller.Site.LastCall.UTC(),
		Scopes: s.Running.Scopes, Held: held, Retention: s.Running.Retention, Errors: s.LastErrors(caller.Site.Hash),
		// That the app can act as the person has just been proved.
		Checks: []checkAnswer{check("read_as_app", s.readsAsApp(ctx, x)), {Name: "act_as_user", OK: true}},
	}
	x.sendJSON(http.StatusOK, answer)
	return nil
}

func (s *Server) readsAsApp(ctx context.Context, x *exchange) error {
	asApp, err := s.asApp(x)
	if err != nil {
		return err
	}
	return asApp.CanRead(ctx)
}

func check(name string, err error) checkAnswer {
	if err == nil {
		return checkAnswer{Name: name, OK: true}
	}
	return checkAnswer{Name: name, Kind: fault.Of(err).Kind}
}

// eraseSite removes everything that is stored about the caller's site. What the
// app keeps inside Confluence was removed before by the page's script, as the
// administrator: after this nothing can prove a call any more.
func (s *Server) eraseSite(x *exchange) error {
	var body struct {
		Confirm string `json:"confirm"`
	}
	if err := readJSON(x, maxEraseBytes, &body); err != nil {
		return err
	}
	if !strings.EqualFold(strings.TrimSpace(body.Confirm), hostName(x.caller.Site.WikiURL)) {
		return fault.New(fault.BadRequest, "erase_not_confirmed")
	}
	ctx, cancel := x.whateverHappens() // who confirmed meant it
	defer cancel()
	if err := s.Records.Erase(ctx, x.caller.Site.ID); err != nil {
		return err
	}
	// A restore asks for this line: no LOG_LEVEL hides it.
	s.Log.Warn("erased", technicallog.Site, x.caller.Site.Hash, technicallog.RequestID, x.requestID)
	x.sendJSON(http.StatusOK, struct {
		Erased bool `json:"erased"`
	}{true})
	return nil
}

// hostName is the host and port of a site's address.
func hostName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
