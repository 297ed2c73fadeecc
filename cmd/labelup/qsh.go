package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"

	"labelup/connect"
)

const qshUsage = `labelup qsh METHOD URL [--base URL]

Prints the canonical request and its query string hash. URL may be a whole URL
or begin at its path. --base is the base URL of the receiver, or its path: of
the app for what Confluence calls, with /wiki for what the app calls.
`

// runQSH prints the canonical request and the query string hash, two lines.
func runQSH(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("labelup qsh", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, qshUsage) }
	base := flags.String("base", "", "")
	positional, err := parseAnywhere(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if len(positional) != 2 {
		fmt.Fprint(stderr, qshUsage)
		return 2
	}
	basePath, err := pathOf(*base)
	if err != nil {
		fmt.Fprintf(stderr, "labelup qsh: --base %v\n", err)
		return 2
	}
	method, target := positional[0], positional[1]
	fmt.Fprintln(stdout, connect.CanonicalRequest(method, target, basePath))
	fmt.Fprintln(stdout, connect.QSH(method, target, basePath))
	return 0
}

// parseAnywhere parses flags before, between and after the arguments, and
// returns the arguments.
func parseAnywhere(flags *flag.FlagSet, args []string) ([]string, error) {
	var positional []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			return positional, nil
		}
		positional = append(positional, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

// pathOf returns the path of a base URL.
func pathOf(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", errors.New("is not a URL")
	}
	return u.EscapedPath(), nil
}
