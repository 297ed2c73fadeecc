package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"labelup/internal/localconfluence"
	"labelup/internal/service"
	"labelup/internal/suggest"
	"labelup/internal/technicallog"
)

// options are the flags.
type options struct {
	port           int
	confluencePort int
	forgePort      int
	forgeNative    string
	forgeRemote    string
	data           string
	pages          string
	generate       int
	generateSeed   uint64
	misbehave      uint64
	libraries      string
	bridge         string
}

// run is main with everything it touches as a parameter. It returns the exit
// code: 0 stopped, 1 failed, 2 called in a wrong way.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	o, err := parseFlags(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	d, err := newDevelopment(ctx, o, getenv, stdout, stderr)
	if err != nil {
		complain(stderr, err)
		return 1
	}
	if err := d.run(ctx, stderr); err != nil && ctx.Err() == nil { // stopped while starting is stopped
		complain(stderr, err)
		return 1
	}
	return 0
}

func parseFlags(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("labelup-dev", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.port, "port", 8080, "TCP port of the app; 0 picks a free one")
	flags.IntVar(&o.confluencePort, "confluence-port", 8090, "TCP port of the local Confluence; 0 picks a free one")
	flags.IntVar(&o.forgePort, "forge-port", 8092, "TCP port of the pages of Forge native, and the next one is Forge Remote's; 0 picks free ones")
	flags.StringVar(&o.forgeNative, "forge-native", "build/forge/native", "the app as make forge builds it")
	flags.StringVar(&o.forgeRemote, "forge-remote", "build/forge/remote", "the app as make forge HOST=remote builds it")
	flags.StringVar(&o.data, "data", ".data", "directory for what is kept between runs")
	flags.StringVar(&o.pages, "pages", "", "JSON lines file of pages to import (id, date, title, excerpt, labels, markdown)")
	flags.IntVar(&o.generate, "generate", 0, "pages of a made-up space GEN, up to 50000; 0: none")
	flags.Uint64Var(&o.generateSeed, "generate-seed", 1, "which space that is: the same seed makes the same space")
	flags.Uint64Var(&o.misbehave, "misbehave", 0, "makes the local Confluence misbehave a little, by this seed; 0: not at all")
	flags.StringVar(&o.libraries, "libraries", "static/node_modules", "npm packages that the local Confluence's pages load")
	flags.StringVar(&o.bridge, "bridge", "", "address of Atlassian's bridge script (default: the local Confluence's copy)")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "labelup-dev [flags]\n\nRuns Redis, the app, and a local Confluence that has it installed. Its settings are the\nenvironment variables of labelup serve, without "+decidedNames()+".\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "labelup-dev: takes no arguments besides its flags, and got %q\n", flags.Arg(0))
		return o, errors.New("arguments")
	}
	return o, nil
}

// development is the app and a local Confluence, each with its listener.
type development struct {
	app                *service.Service
	appListener        net.Listener
	confluence         *localconfluence.Server
	confluenceListener net.Listener
	forge              []forgeApp
	appURL             string
	confluenceURL      string // without /wiki
	stores             *stores
}

// newDevelopment listens and wires everything, so that a port in use is said
// before anything runs. The app is at localhost and Confluence at 127.0.0.1:
// for a browser these are two sites, as in the real world.
func newDevelopment(ctx context.Context, o options, getenv func(string) string, stdout, stderr io.Writer) (_ *development, err error) {
	d := &development{}
	undo := func(step func() error) {
		if err != nil {
			err = errors.Join(err, step())
		}
	}
	if d.appListener, err = service.Listen(ctx, false, o.port); err != nil {
		return nil, err
	}
	defer undo(d.appListener.Close)
	if d.confluenceListener, err = service.Listen(ctx, false, o.confluencePort); err != nil {
		return nil, err
	}
	defer undo(d.confluenceListener.Close)
	app, confluence := addressOf(d.appListener, "localhost"), addressOf(d.confluenceListener, "127.0.0.1")
	d.appURL, d.confluenceURL = app.String(), confluence.String()
	// Redis has to be there before the settings are complete, from which the
	// service makes its own log.
	if d.stores, err = openStores(ctx, getenv, o.data, technicallog.New(stdout, slog.LevelWarn), stderr); err != nil {
		return nil, err
	}
	defer undo(func() error { d.stores.stop(); return nil })
	if d.forge, err = listenForForge(ctx, o, d.appURL); err != nil {
		return nil, err
	}
	for _, one := range d.forge {
		if one.listener != nil {
			defer undo(one.listener.Close)
		}
	}
	forgeAppID, err := remoteAppID(d.forge)
	if err != nil {
		return nil, err
	}
	settings, err := service.ReadSettings(getSetting(decided(app, confluence, o.bridge, forgeAppID), d.stores, getenv))
	if err != nil {
		return nil, err
	}
	if d.app, err = service.New(settings, service.Observe(settings, stdout), "development", suggest.Suggest); err != nil {
		return nil, err
	}
	defer undo(d.app.Close)
	if d.confluence, err = newLocalConfluence(o, d.confluenceURL+"/wiki", d.appURL, d.forge); err != nil {
		return nil, err
	}
	return d, nil
}

func newLocalConfluence(o options, baseURL, appURL string, forge []forgeApp) (*localconfluence.Server, error) {
	if _, err := os.Stat(o.libraries); err != nil {
		return nil, fmt.Errorf("the browser libraries are not there; `make run` installs them, or say where they are with --libraries: %w", err)
	}
	configured := localconfluence.Options{BaseURL: baseURL, AppURL: appURL, Libraries: os.DirFS(o.libraries)}
	for _, one := range forge {
		configured.Forge = append(configured.Forge, one.ForgeApp)
	}
	configured.Misbehave, configured.Seed = o.misbehave != 0, o.misbehave
	configured.Generate, configured.GenerateSeed = o.generate, o.generateSeed
	if o.pages != "" {
		file, err := os.Open(o.pages)
		if err != nil {
			return nil, fmt.Errorf("--pages: %w", err)
		}
		defer func() { _ = file.Close() }() // only read
		configured.Pages = file
	}
	return localconfluence.New(configured)
}

// run serves both until ctx ends. The app's stop is the graceful one of
// production; the local Confluence ends after it, so that running changes can
// still be written.
func (d *development) run(ctx context.Context, stderr io.Writer) (err error) {
	defer d.stores.stop()
	defer func() { err = errors.Join(err, d.app.Close()) }()

	confluence := &http.Server{Handler: d.confluence.Handler(), ReadHeaderTimeout: 5 * time.Second}
	confluenceFailed := make(chan error, 1)
	go func() { confluenceFailed <- confluence.Serve(d.confluenceListener) }()
	defer d.confluence.Close()
	defer func() { err = errors.Join(err, confluence.Close()) }()
	for _, one := range d.forge {
		if one.listener != nil {
			pages := &http.Server{Handler: d.confluence.ForgeHandler(one.Name), ReadHeaderTimeout: 5 * time.Second}
			go func() { _ = pages.Serve(one.listener) }() // it ends with all
			defer func() { err = errors.Join(err, pages.Close()) }()
		}
	}

	appCtx, stopApp := context.WithCancel(ctx)
	defer stopApp()
	appEnded := make(chan error, 1)
	go func() { appEnded <- d.app.Run(appCtx, d.appListener) }()

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
	manners := "behaves"
	if seed, does := d.confluence.Misbehaves(); does {
		manners = fmt.Sprintf("misbehaves a little, by the seed %d (--misbehave 0: not at all)", seed)
	}
	var forge strings.Builder
	for _, one := range d.forge {
		said := "choose it beside the person's name"
		if one.Missing != "" {
			said = one.Missing
		}
		fmt.Fprintf(&forge, "    %-13s %s\n", one.Title, said)
	}
	fmt.Fprintf(w, `
  Label UP is running.

    Open          %s/wiki/
    The app       %s
    Redis         %s
    Control       %s/control/state   (docs/local-confluence.md)
    Confluence    %s
%s
  Below is the technical log. Ctrl-C stops everything.

`, d.confluenceURL, d.appURL, d.stores.place, d.confluenceURL, manners, forge.String())
}

// complain writes what stopped it, for a person.
func complain(stderr io.Writer, err error) {
	fmt.Fprintf(stderr, "labelup-dev: cannot go on:\n  %s\n", strings.ReplaceAll(err.Error(), "\n", "\n  "))
}
