package datamap

import (
	"slices"
	"strconv"
	"strings"
)

// Facts is what a running service publishes about its data.
type Facts struct {
	Stores     []Store     // all that it keeps
	Recipients []Recipient // whom it uses, see Used
	Days       Days
	Contact    string // mailto: or https: address for questions and reports; empty = none is given
}

// Days is how long data is kept, as the operator set it.
type Days struct {
	Uninstalled int // the record of a site after it uninstalled the app
	Logs        int // the technical log
	Backups     int // a backup
}

// Fill puts the days into a text that has placeholders for them.
func (d Days) Fill(text string) string {
	return strings.NewReplacer(
		UninstalledDays, strconv.Itoa(d.Uninstalled),
		LogDays, strconv.Itoa(d.Logs),
		BackupDays, strconv.Itoa(d.Backups),
	).Replace(text)
}

// Filled is the store with the days put in, and each field with its own Kept
// and Protection or else those of the store.
func (s Store) Filled(days Days) Store { return s.filled(days.Fill) }

func (s Store) filled(fill func(string) string) Store {
	s.Kept, s.Protection, s.Fields = fill(s.Kept), fill(s.Protection), slices.Clone(s.Fields)
	for at := range s.Fields {
		field := &s.Fields[at]
		if field.Kept == "" {
			field.Kept = s.Kept
		}
		if field.Protection == "" {
			field.Protection = s.Protection
		}
		field.Kept, field.Protection = fill(field.Kept), fill(field.Protection)
	}
	return s
}
