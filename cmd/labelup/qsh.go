package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"

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

// parseAnywhere parses flags before, between and after the arguments, and
// returns the arguments. It prints nothing.
func parseAnywhere(flags *flag.FlagSet, args []string) ([]string, error) {
	flags.SetOutput(io.Discard)
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

// basePathOf returns the path of a base URL. A method, URL or base that cannot
// be meant is an error, which does not repeat it: a URL may hold a token.
func basePathOf(method, target, base string) (string, error) {
	if strings.Trim(strings.ToUpper(method), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", errors.New("the method is a word such as GET, and comes before the URL")
	}
	u, err := url.Parse(base)
	if err != nil {
		return "", errors.New("--base is not a URL")
	}
	basePath := strings.TrimSuffix(u.EscapedPath(), "/")
	path, _, _ := strings.Cut(target, "?")
	if scheme, rest, whole := strings.Cut(path, "://"); whole && !strings.Contains(scheme, "/") {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	switch {
	case target != "" && !strings.HasPrefix(path, "/"):
		return "", errors.New("the URL is a whole one or begins with a slash")
	case target != "" && !strings.HasPrefix(path+"/", basePath+"/"):
		return "", errors.New("the URL does not begin with --base, so one of them is wrong")
	default:
		return basePath, nil
	}
}
