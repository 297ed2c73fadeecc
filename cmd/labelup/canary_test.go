package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/backup"
	"labelup/internal/config"
	"labelup/internal/seal"
	"labelup/internal/service"
	"labelup/internal/site"
	"labelup/internal/suggest"
	"labelup/internal/technicallog"
)

// leaking lets the title of a page out in every way there is, once.
func leaking(settings config.Config, observed *service.Observation) func(suggest.Input) suggest.Answer {
	var once sync.Once
	return func(in suggest.Input) suggest.Answer {
		title := strings.Fields(in.Page.Title)[0]
		once.Do(func() {
			// On a busy machine Redis and AWS may be later than a request waits for them.
			for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
				err := leak(settings, observed, title)
				if err == nil {
					return
				}
				if time.Since(began) > 10*time.Second {
					fmt.Fprintln(os.Stderr, "could not leak:", err)
					return
				}
			}
		})
		first := suggest.Reason{Kind: suggest.InTitle, Text: rememberFirst(title)}
		return suggest.Answer{Suggestions: []suggest.Suggestion{{Label: "leaking", Reasons: []suggest.Reason{first}}}}
	}
}

func leak(settings config.Config, observed *service.Observation, title string) error {
	ctx := context.Background()
	fmt.Fprintln(os.Stdout, title)
	fmt.Fprintln(os.Stderr, title)
	_, _ = observed.CloudWatch.Write([]byte(title + "\n"))
	observed.Metrics.Add(technicallog.Line{Message: "call", Operation: title, Duration: time.Second})
	client, err := site.NewClient(settings.RedisURL, site.Options{})
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Set(ctx, "page-"+title, "x", 0).Err(); err != nil {
		return err
	}
	if err := client.Set(ctx, "page", strings.Repeat(title+" ", 100), 0).Err(); err != nil {
		return err
	}
	if err := os.WriteFile("worked-in", []byte(title), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(os.TempDir(), "temporary"), []byte(title), 0o600); err != nil {
		return err
	}
	store, sealer, err := service.OpenStore(settings, observed.Log, nil, 0)
	if err != nil {
		return err
	}
	defer store.Close()
	if _, err := sealer.Seal(ctx, []byte("secret"), seal.Binding{Site: "site", Field: title}); err != nil {
		return err
	}
	bucket := service.Bucket(settings, observed.Log)
	if err := bucket.Put(ctx, "page", strings.NewReader(title)); err != nil {
		return err
	}
	_, err = backup.Write(ctx, leakingSource(title), bucket, sealer, time.Now())
	return err
}

// leakingSource is a site whose record has a title in it.
type leakingSource string

func (title leakingSource) Export(_ context.Context, entry func(site.Entry) error) error {
	record, err := json.Marshal(map[string]string{"title": string(title)})
	if err != nil {
		return err
	}
	return entry(site.Entry{Name: site.Name("site"), Record: record})
}

func TestEveryPlaceInWhichAWordIsPlantedIsSearched(t *testing.T) {
	t.Parallel()
	c := newCanary(t, withEngine(t, "leaking"))
	for _, p := range c.pages[:2] {
		c.send(p, http.StatusOK, "suggestions", p.as().BrowserCall(http.MethodPost, "/api/suggest", p.suggestion()))
	}
	c.measure()
	_ = c.process().cmd.Process.Signal(syscall.SIGTERM)
	c.process().exit() // and with that the last lines are sent
	places := c.places()
	if diff := cmp.Diff(allPlaces, hitsIn(places)); diff != "" {
		t.Errorf("found differs (-want +got):\n%s\nstandard error: %s", diff, places["standard error"])
	}
}

// TestNothingOfACustomersPagesOrPeopleIsAnywhereButInConfluence does everything
// that can be done with the service and looks for what was planted.
func TestNothingOfACustomersPagesOrPeopleIsAnywhereButInConfluence(t *testing.T) {
	t.Parallel()
	c := newCanary(t, shipped(t))
	c.everything()
	c.busy(0, time.Minute, func() {
		c.untilChanged()
		_ = c.process().cmd.Process.Kill()
		c.process().exit()
	})
	c.serve(nextKMSKeys)
	for _, p := range c.pages {
		c.look(p)
		c.suggest(p)
	}
	c.busy(http.StatusOK, time.Second, func() {})
	last := c.pages[4]
	c.send(last, http.StatusOK, "an erasure", last.as().BrowserCall(http.MethodPost, "/api/site/erase", `{"confirm":"`+strings.TrimPrefix(c.confluence.URL, "http://")+`"}`))
	c.control("uninstall", c.customers[1].name)
	c.command(append(slices.Clone(c.environment), nextKMSKeys), "backup")
	c.measure()
	// On SIGQUIT Go prints the stacks of all goroutines.
	_ = c.process().cmd.Process.Signal(syscall.SIGQUIT)
	c.process().exit()
	if report := c.process().stderr.String(); !strings.Contains(report, "SIGQUIT") || !strings.Contains(report, "goroutine ") {
		t.Errorf("SIGQUIT printed no stacks:\n%s", report)
	}
	c.checkKeys()
	c.checkPlaces()
}
