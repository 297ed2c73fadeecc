// Package datamap is how the service says what it keeps: every package that
// stores something declares it beside the struct that it writes, and the
// privacy page, the page for site admins and docs/data.md are made from that.
//
// It must not read or write what it describes, and imports no other package of
// the app. A field that is written and not declared, or declared and not
// written, stops the program at its start, and with it every test. What the
// browser writes into Confluence is held to its declaration by
// static/test/stored.test.ts.
package datamap

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Store is one place in which something is kept.
type Store struct {
	Name       string // what it is, for people: "Installed sites"
	Place      string // where: "Redis, labelup:{<site>}:site"
	Kept       string // how long, see Days
	Protection string // how it is protected
	On         On     // the hosts with which there is one
	Fields     []Field
}

// Field is one thing that is kept. Kept and Protection are only filled where
// they differ from those of the store, Holds where origin and purpose do not
// tell what is in it.
type Field struct {
	Name       string // as it is written
	Holds      string // what it says, with its unit
	Origin     string // where it comes from
	Purpose    string // what it is for
	Kept       string
	Protection string
}

// Placeholders for the days that the operator sets. Kept may contain them.
const (
	UninstalledDays = "{uninstalled_days}"
	LogDays         = "{log_days}"
	BackupDays      = "{backup_days}"
)

// Of is the declaration of what is written as JSON from a struct. It panics
// unless the store declares exactly the struct's fields, in their order, each
// with an origin and a purpose.
func Of(written any, store Store) Store {
	var names []string
	for field := range reflect.TypeOf(written).Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "-" {
			names = append(names, name)
		}
	}
	return Named(names, store)
}

// Named is Of for what is not written from a struct: names are its fields.
func Named(names []string, store Store) Store {
	var declared []string
	for _, field := range store.Fields {
		declared = append(declared, field.Name)
		if field.Origin == "" || field.Purpose == "" {
			panic(fmt.Sprintf("datamap: %s: %s has no origin or no purpose", store.Name, field.Name))
		}
	}
	if !slices.Equal(names, declared) {
		panic(fmt.Sprintf("datamap: %s is written with %q and declares %q", store.Name, names, declared))
	}
	if store.Place == "" || store.Kept == "" || store.Protection == "" {
		panic(fmt.Sprintf("datamap: %s does not say where, how long or how protected", store.Name))
	}
	return store
}
