package main

import (
	"fmt"
	"io"
	"os"

	"labelup/internal/pagefile"
)

const standardInput = "-"

func openNamed(name string, stdin io.Reader) (io.ReadCloser, error) {
	if name == standardInput {
		return io.NopCloser(stdin), nil
	}
	return os.Open(name) //nolint:gosec // whoever runs the command named it
}

func eachPage(name string, stdin io.Reader, use func(pagefile.Page) error) error {
	source, err := openNamed(name, stdin)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }() // only read
	var own error
	err = pagefile.Each(source, func(p pagefile.Page) error {
		own = use(p)
		return own
	})
	if err == nil || own != nil {
		return own
	}
	return fmt.Errorf("%s: %w", inErrors(name), err)
}

// inErrors is what a file is called there.
func inErrors(name string) string {
	if name == standardInput {
		return "standard input"
	}
	return name
}
