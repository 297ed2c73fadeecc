package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQSHPrintsTheCanonicalRequestAndItsHash(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"a path":                       {[]string{"GET", "/path"}, "GET&/path&\n799be84a7fa35570087163c0cd9af3abff7ac05c2c12ba0bb1d7eebc984b3ac2\n"},
		"a whole URL and its base":     {[]string{"GET", "http://localhost:2990/jira/some/path/?param=value", "--base", "http://localhost:2990/jira"}, "GET&/some/path&param=value\nf6c7b1b5672206eb10bd77c145d5f83f33796e955f04d6b44007a9d762d74277\n"},
		"the base first, as a path":    {[]string{"--base=/jira", "GET", "/jira/some/path/?param=value"}, "GET&/some/path&param=value\nf6c7b1b5672206eb10bd77c145d5f83f33796e955f04d6b44007a9d762d74277\n"},
		"the base in the middle":       {[]string{"GET", "--base", "/jira", "/jira/some/path/?param=value"}, "GET&/some/path&param=value\nf6c7b1b5672206eb10bd77c145d5f83f33796e955f04d6b44007a9d762d74277\n"},
		"a method in lower case":       {[]string{"patch", "/r/1"}, "PATCH&/r/1&\na20a9def0ecacf4fb03248e282c070d6c3a54cc5b0bf2ca117ff9c50b901ac7a\n"},
		"a token in the URL, left out": {[]string{"GET", "/path?jwt=a.b.c"}, "GET&/path&\n799be84a7fa35570087163c0cd9af3abff7ac05c2c12ba0bb1d7eebc984b3ac2\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := runQSH(test.args, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
				t.Fatalf("exit code %d, standard error %q", code, &stderr)
			}
			if diff := cmp.Diff(test.want, stdout.String()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQSHCalledInAWrongWay(t *testing.T) {
	for name, args := range map[string][]string{
		"nothing":                          {},
		"no URL":                           {"GET"},
		"too much":                         {"GET", "/a", "/b"},
		"an unknown flag":                  {"GET", "/a", "--bass", "/b"},
		"a flag, no value":                 {"GET", "/a", "--base"},
		"a base that is none":              {"GET", "/a", "--base", "http://[::1"},
		"the URL before the method":        {"https://labelup.example.com/a?jwt=secret", "GET"},
		"a URL without its beginning":      {"GET", "a/b?c=d"},
		"a base that the URL is not below": {"GET", "https://labelup.example.com/a", "--base", "https://labelup.example.com/connect"},
		"a base that is the URL's beginning in letters only": {"GET", "/connected/a", "--base", "/connect"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := runQSH(args, &stdout, &stderr); code != 2 || stdout.Len() > 0 || !strings.Contains(stderr.String(), "labelup qsh") {
				t.Errorf("exit code %d, standard output %q, standard error %q", code, &stdout, &stderr)
			}
			if strings.Contains(stderr.String(), "secret") {
				t.Errorf("standard error repeats the URL: %q", &stderr)
			}
		})
	}
}
