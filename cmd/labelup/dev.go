package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"labelup/internal/config"
	"labelup/internal/localconfluence"
)

// devOptions are the flags of `labelup dev`.
type devOptions struct {
	port           int
	confluencePort int
	data           string
	pages          string
	libraries      string
	bridge         string
}

// runDev runs everything on this machine: Redis, the app, and a local
// Confluence that has it installed.
func runDev(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	options, err := parseDevFlags(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	d, err := newDevelopment(ctx, options, stdout, stderr)
	if err != nil {
		complain(stderr, "dev", err)
		return 1
	}
	if err := d.run(ctx, stderr); err != nil && ctx.Err() == nil { // stopped while starting is stopped
		complain(stderr, "dev", err)
		return 1
	}
	return 0
}

func parseDevFlags(args []string, stderr io.Writer) (devOptions, error) {
	var o devOptions
	flags := flag.NewFlagSet("labelup dev", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.port, "port", 8080, "TCP port of the app; 0 picks a free one")
	flags.IntVar(&o.confluencePort, "confluence-port", 8090, "TCP port of the local Confluence; 0 picks a free one")
	flags.StringVar(&o.data, "data", defaultDataDir, "directory for what is kept between runs")
	flags.StringVar(&o.pages, "pages", "", "JSON lines file of pages to import (id, date, title, excerpt, labels, markdown)")
	flags.StringVar(&o.libraries, "libraries", "static/node_modules", "npm packages that the local Confluence's pages load")
	flags.StringVar(&o.bridge, "bridge", "", "address of Atlassian's bridge script (default: the local Confluence's copy)")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "labelup dev: takes no arguments besides its flags, and got %q\n", flags.Arg(0))
		return o, errors.New("arguments")
	}
	return o, nil
}

// development is the app and a local Confluence, each with its listener.
type development struct {
	app                *service
	appListener        net.Listener
	confluence         *localconfluence.Server
	confluenceListener net.Listener
	appURL             string
	confluenceURL      string // with /wiki
	stopStores         func()
}

// newDevelopment listens and wires everything, so that a port in use is said
// before anything runs. The app is at localhost and Confluence at 127.0.0.1:
// for a browser these are two sites, as in the real world.
func newDevelopment(ctx context.Context, o devOptions, stdout, stderr io.Writer) (*development, error) {
	d := &development{stopStores: func() {}}
	var err error
	if d.appListener, err = listen(ctx, false, o.port); err != nil {
		return nil, err
	}
	if d.confluenceListener, err = listen(ctx, false, o.confluencePort); err != nil {
		return nil, errors.Join(err, d.appListener.Close())
	}
	d.appURL = addressOf(d.appListener, "localhost")
	origin := addressOf(d.confluenceListener, "127.0.0.1")
	d.confluenceURL = origin + "/wiki"

	bridge := o.bridge
	if bridge == "" {
		bridge = origin + "/atlassian-connect/all.js"
	}
	settings, err := config.Read(func(name string) string {
		return map[string]string{
			"ENVIRONMENT":        "development",
			"BASE_URL":           d.appURL,
			"INSTALL_KEY_URLS":   origin + "/install-keys",
			"TOKEN_SERVER_URL":   origin,
			"BRIDGE_URL":         bridge,
			"REDIS_URL":          os.Getenv("REDIS_URL"),
			"REDIS_TLS_INSECURE": os.Getenv("REDIS_TLS_INSECURE"),
		}[name]
	})
	if err != nil {
		return nil, err
	}
	observed := newObservation(settings, stdout)
	if d.stopStores, err = developmentStores(ctx, &settings, o.data, observed.log, stderr); err != nil {
		return nil, err
	}
	if d.app, err = newService(settings, observed); err != nil {
		d.stopStores()
		return nil, err
	}
	if d.confluence, err = newLocalConfluence(o, d.confluenceURL, d.appURL); err != nil {
		d.stopStores()
		return nil, errors.Join(err, d.app.close())
	}
	return d, nil
}

func newLocalConfluence(o devOptions, baseURL, appURL string) (*localconfluence.Server, error) {
	if _, err := os.Stat(o.libraries); err != nil {
		return nil, fmt.Errorf("the browser libraries are not there; run `make build` first, or say where they are with --libraries: %w", err)
	}
	options := localconfluence.Options{BaseURL: baseURL, AppURL: appURL, Libraries: os.DirFS(o.libraries)}
	if o.pages != "" {
		file, err := os.Open(o.pages)
		if err != nil {
			return nil, fmt.Errorf("--pages: %w", err)
		}
		defer func() { _ = file.Close() }() // only read
		options.Pages = file
	}
	return localconfluence.New(options)
}

// run serves both until ctx ends. The app's stop is the graceful one of
// production; the local Confluence ends after it, so that running changes can
// still be written.
func (d *development) run(ctx context.Context, stderr io.Writer) (err error) {
	defer d.stopStores()
	defer func() { err = errors.Join(err, d.app.close()) }()

	confluence := &http.Server{Handler: d.confluence.Handler(), ReadHeaderTimeout: 5 * time.Second}
	confluenceFailed := make(chan error, 1)
	go func() { confluenceFailed <- confluence.Serve(d.confluenceListener) }()
	defer d.confluence.Close()
	defer func() { err = errors.Join(err, confluence.Close()) }()

	appCtx, stopApp := context.WithCancel(ctx)
	defer stopApp()
	appEnded := make(chan error, 1)
	go func() { appEnded <- d.app.run(appCtx, d.appListener) }()

	if err := d.confluence.Install(ctx, d.appURL); err != nil {
		stopApp()
		return errors.Join(fmt.Errorf("the local Confluence could not install the app: %w", err), <-appEnded)
	}
	d.greet(stderr)
	select {
	case err := <-appEnded:
		return err
	case err := <-confluenceFailed:
		stopApp()
		return errors.Join(fmt.Errorf("local Confluence: %w", err), <-appEnded)
	}
}

func (d *development) greet(w io.Writer) {
	fmt.Fprintf(w, `
  Label UP is running.

    Open          %s/
    The app       %s
    Redis         %s
    Control       %s/control/state   (docs/local-confluence.md)

  Below is the technical log. Ctrl-C stops everything.

`, d.confluenceURL, d.appURL, redisPlace(d.app.settings.RedisURL), d.confluenceURL[:len(d.confluenceURL)-len("/wiki")])
}

// redisPlace says where sites are kept, without a password.
func redisPlace(redisURL string) string {
	switch path, isSocket := strings.CutPrefix(redisURL, "unix://"); {
	case isSocket:
		return "child of this process, " + path
	case os.Getenv("REDIS_URL") == "":
		return "in memory only"
	default:
		return "as REDIS_URL says"
	}
}
