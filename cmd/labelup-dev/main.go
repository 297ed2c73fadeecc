// Command labelup-dev runs everything on one machine: the service as `labelup
// serve` does, a Redis for it, and a local Confluence that has it installed.
// `make run` starts it. It is for development and tests, and nothing of it is
// deployed: what only it needs, nothing else may import.
//
// dev.go starts both and has the flags, settings.go says which settings it decides
// itself, stores.go gives it a Redis and a sealing key, forge.go reads the built
// Forge app and puts it into the local Confluence.
package main

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"labelup/internal/terminal"
)

func main() {
	log.SetOutput(io.Discard) // what net/http has to say quotes what it was sent
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the next signal ends it at once
	stdout, stderr := terminal.NewWriter(os.Stdout), terminal.NewWriter(os.Stderr)
	code := run(ctx, os.Args[1:], os.Getenv, stdout, stderr)
	if errors.Join(stdout.Flush(), stderr.Flush()) != nil && code == 0 {
		code = 1
	}
	os.Exit(code)
}
