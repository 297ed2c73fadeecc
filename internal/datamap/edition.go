package datamap

import (
	_ "embed"
	"strings"
)

// edition has a line for each line that the privacy page says: the beginning of
// its SHA-256 and the day since when it is said, or the day on which it went. A
// test holds it to the page; go test ./internal/datamap -update writes it.
//
// The lines are in the order of their hashes: two branches that both change the
// page rarely touch the same place, and when they are merged nothing is to do.
//
//go:embed edition.txt
var edition string

// Date is the day on which the privacy page last said something new.
var Date = newest(edition)

func newest(edition string) (date string) {
	for line := range strings.Lines(edition) {
		if fields := strings.Fields(line); len(fields) > 1 {
			date = max(date, fields[1])
		}
	}
	return date
}
