package backup

import (
	"errors"
	"fmt"
	"strings"
)

// minBeginning is how much of a name the log shows.
const minBeginning = 12

// leftOut are the sites that are to be left out, by the beginning of a name;
// true once there is a record of it.
type leftOut map[string]bool

func newLeftOut(beginnings []string) (leftOut, error) {
	out := make(leftOut)
	for _, beginning := range beginnings {
		if len(beginning) < minBeginning {
			return nil, fmt.Errorf("backup: a site that is to be left out has to be given with at least %d digits", minBeginning)
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
