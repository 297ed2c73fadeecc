package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"labelup/internal/config"
	"labelup/internal/service"
	"labelup/internal/suggest"
)

// runServe runs the service: all settings from the environment, the technical log
// on standard output.
func runServe(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == "--settings" {
		printSettings(stdout)
		return 0
	}
	if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
		fmt.Fprintln(stdout, "labelup serve [--settings]\n\nRuns the service. Its settings are environment variables; --settings lists them.")
		return 0
	}
	if len(args) > 0 {
		fmt.Fprintln(stderr, "labelup serve: takes no arguments but --settings; its settings are environment variables")
		return 2
	}
	settings, err := service.ReadSettings(getenv)
	if err != nil {
		complain(stderr, "serve", err)
		return 1
	}
	if getenv("GOGC") == "" {
		// What lives in memory is some 2 MB: by itself Go would collect after
		// every 4 MB, dozens of times a second under load. This costs 4 MB.
		debug.SetGCPercent(200)
	}
	if getenv("GOMEMLIMIT") == "" {
		// Suggestions may hold 96 MB for a moment and their bodies some more (see
		// handlers/suggest.go): then memory is collected earlier, instead of growing
		// to three times of what is held. Half of the smallest dyno is left.
		debug.SetMemoryLimit(200 << 20)
	}
	if err := serve(ctx, settings, stdout); err != nil {
		complain(stderr, "serve", err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, settings config.Config, stdout io.Writer) (err error) {
	s, err := service.New(settings, service.Observe(settings, stdout), version(), suggest.Suggest)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	listener, err := service.Listen(ctx, settings.Production, settings.Port)
	if err != nil {
		return err
	}
	return s.Run(ctx, listener)
}

func printSettings(w io.Writer) {
	for _, v := range config.Variables {
		standard := v.Default
		if standard == "" {
			standard = "none"
		}
		fmt.Fprintf(w, "%s (default %s)\n    %s\n", v.Name, standard, v.About)
	}
}
