package main

import (
	"errors"
	"flag"
	"io"
	"net/url"
	"os"
	"strings"
)

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
// be meant is an error, which does not repeat it: a URL may hold a secret.
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

func isTerminal(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
