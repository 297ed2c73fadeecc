package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"labelup/connect"
	"labelup/internal/terminal"
)

const qshUsage = `labelup qsh METHOD URL [--base URL]

Prints the canonical request and its query string hash. URL may be a whole URL
or begin at its path; put it in single quotes, for a shell takes & for itself.

  --base URL  the receiver's base URL, or its path, which the hash leaves out:
              BASE_URL for what Confluence calls, https://SITE/wiki for what the
              app calls
`

// runQSH prints the canonical request and the query string hash, two lines.
func runQSH(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("labelup qsh", flag.ContinueOnError)
	base := flags.String("base", "", "")
	positional, err := parseAnywhere(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, qshUsage)
		return 0
	}
	if err == nil && len(positional) != 2 {
		err = errors.New("it takes a method and a URL")
	}
	if err != nil {
		fmt.Fprintf(stderr, "labelup qsh: %v\n\n%s", err, qshUsage)
		return 2
	}
	method, target := positional[0], positional[1]
	basePath, err := basePathOf(method, target, *base)
	if err != nil {
		fmt.Fprintf(stderr, "labelup qsh: %v\n", err)
		return 2
	}
	fmt.Fprintln(stdout, terminal.Visible(connect.CanonicalRequest(method, target, basePath)))
	fmt.Fprintln(stdout, connect.QSH(method, target, basePath))
	return 0
}
