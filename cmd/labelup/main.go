// Command labelup is what is deployed: the service, and tools for operators,
// support and those who label. What a subcommand does is in the file of its name,
// restore in backup.go. What several share: arguments.go reads what they are called
// with, pagefiles.go the files of pages, operation.go opens what operators work
// with, support.go finds a site and puts on record who looked. How the service is
// put together is in package service, which labelup-dev runs too, beside a local
// Confluence. Nothing of that development program is in this one.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"labelup/internal/terminal"
)

const usage = `Label UP shows and changes the labels of Confluence pages.

  labelup serve                       run the service; its settings are environment variables
  labelup serve --settings            list those settings

  labelup logs [FILE] --reason TICKET read the technical log as a timeline, or with --summary what goes wrong
  labelup sites list|show|block|unblock|erase --reason TICKET
                                      the sites that have the app installed
  labelup doctor                      check everything that the service needs, and say what to do
  labelup backup [now|list|verify]    back up the sites, list the backups, prove that one restores
  labelup restore [--dry-run] [NAME]  bring a backup back, without touching what is newer
  labelup seal status|rotate          seal the sites' secrets anew with the current key
  labelup qsh METHOD URL [--base URL] print the canonical request and the query string hash
  labelup jwt                         read a token from standard input and say what is wrong with it
  labelup suggest --pages FILE        suggest labels for pages in a file
  labelup twins FILE                  find labels in a file of pages that are two spellings of one
  labelup version                     print the commit it was built from

All commands say more with --help.
`

func main() {
	// The standard library's own log goes to standard error past the technical
	// log: net/http quotes there what a server sent that was not asked for.
	log.SetOutput(io.Discard)
	// Heroku stops a process with SIGTERM, a person with SIGINT. Heroku may send
	// several, which must not cut off what the first let finish; a person who
	// presses Ctrl-C again means at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		signal.Ignore(syscall.SIGTERM)
		stop()
	})
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main with everything it touches as a parameter. It returns the exit
// code: 0 done, 1 failed or found something wrong, 2 called in a wrong way.
// Whatever a command prints may have come from outside.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out, complaints := terminal.NewWriter(stdout), terminal.NewWriter(stderr)
	code := runCommand(ctx, args, stdin, out, complaints)
	if errors.Join(out.Flush(), complaints.Flush()) != nil && code == 0 {
		return 1
	}
	return code
}

func runCommand(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return 2
	}
	switch command, rest := args[0], args[1:]; command {
	case "serve":
		return runServe(ctx, rest, os.Getenv, stdout, stderr)
	case "qsh":
		return runQSH(rest, stdout, stderr)
	case "jwt":
		return runJWT(rest, stdin, stdout, stderr)
	case "logs":
		return runLogs(ctx, rest, os.Getenv, stdin, stdout, stderr)
	case "doctor":
		return runDoctor(ctx, rest, os.Getenv, stdout, stderr)
	case "sites":
		return runSites(ctx, rest, os.Getenv, stdout, stderr)
	case "backup":
		return runBackup(ctx, rest, os.Getenv, stdout, stderr)
	case "restore":
		return runRestore(ctx, rest, os.Getenv, stdout, stderr)
	case "seal":
		return runSeal(ctx, rest, os.Getenv, stdout, stderr)
	case "suggest":
		return runSuggest(rest, stdin, stdout, stderr)
	case "twins":
		return runTwins(rest, stdin, stdout, stderr)
	case "version":
		fmt.Fprintln(stdout, version())
		return 0
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usage)
		return 0
	default:
		fmt.Fprintf(stderr, "labelup: there is no command %q\n\n%s", command, usage)
		return 2
	}
}

// complain writes what stopped a command, for a person.
func complain(stderr io.Writer, command string, err error) {
	fmt.Fprintf(stderr, "labelup %s: cannot go on:\n  %s\n", command, strings.ReplaceAll(err.Error(), "\n", "\n  "))
}
