package backup

import (
	"errors"
	"strings"

	"labelup/internal/technicallog"
)

// leftOut are the sites that are to be left out, by the beginning of a name;
// true once there is a record of it.
type leftOut map[string]bool

func newLeftOut(beginnings []string) (leftOut, error) {
	out := make(leftOut)
	for _, given := range beginnings {
		beginning, ok := technicallog.ParseHash(given)
		if !ok {
			return nil, errors.New("backup: a site that is to be left out has to be given as the log shows it: at least 12 digits of its hash")
		}
		out[beginning] = false
	}
	return out, nil
}

// has says whether a site is to be left out, and notes each beginning that it
// was found by: somebody may name a site twice, by its whole name and by less.
func (l leftOut) has(name string) (has bool) {
	for beginning := range l {
		if strings.HasPrefix(name, beginning) {
			l[beginning], has = true, true
		}
	}
	return has
}

// allFound is an error if one was not: a mistyped name would restore what must
// not be.
func (l leftOut) allFound() error {
	for _, found := range l {
		if !found {
			return errors.New("backup: a site that is to be left out is not in the backup")
		}
	}
	return nil
}
