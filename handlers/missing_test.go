package handlers

import (
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"labelup/connect"
	"labelup/forge"
	"labelup/internal/confluence"
	"labelup/internal/technicallog"
)

// Each option is left out once, by its place in the struct: one that is added
// and then forgotten where the service is put together is named, too.
func TestAServiceWithoutOneOfItsOptionsIsNotMade(t *testing.T) {
	log := technicallog.New(io.Discard, slog.LevelInfo)
	whole := func() Options {
		host := &Connect{
			App: &connect.App{}, AppKey: "labelup", Log: log,
			Tokens: connect.NewUserTokens("https://token.example.com", nil, nil), Budget: confluence.NewBudget(confluence.Limits{}),
		}
		options := testOptions(t, host, log)
		options.Remote = &Forge{App: &forge.App{}, Budget: confluence.NewBudget(confluence.Limits{}), Log: log}
		return options
	}
	if _, err := New(whole()); err != nil {
		t.Fatalf("nothing is missing: %v", err)
	}
	count := 0
	leaveOut := func(path string, field func(*Options) reflect.Value) {
		count++
		options := whole()
		field(&options).SetZero()
		if _, err := New(options); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("without %s: %v", path, err)
		}
	}
	named := func(name string) func(*Options) reflect.Value {
		return func(o *Options) reflect.Value { return reflect.ValueOf(o).Elem().FieldByName(name) }
	}
	for field := range reflect.TypeFor[Options]().Fields() {
		if _, optional := field.Tag.Lookup("optional"); !optional && field.Type.Kind() != reflect.Bool {
			leaveOut("Options."+field.Name, named(field.Name))
		}
	}
	for name, field := range map[string]func(*Options) reflect.Value{
		"Privacy.Now":               func(o *Options) reflect.Value { return reflect.ValueOf(&o.Privacy.Now).Elem() },
		"Running.Retention.LogDays": func(o *Options) reflect.Value { return reflect.ValueOf(&o.Running.Retention.LogDays).Elem() },
		"Framing.Budget":            func(o *Options) reflect.Value { return reflect.ValueOf(&o.Framing.(*Connect).Budget).Elem() },
		"Remote.Budget":             func(o *Options) reflect.Value { return reflect.ValueOf(&o.Remote.(*Forge).Budget).Elem() },
	} {
		leaveOut("Options."+name+" is missing", field)
	}
	alone := whole()
	alone.Remote = nil
	if _, err := New(alone); err != nil {
		t.Errorf("without a remote host: %v", err)
	}
	empty := whole()
	empty.Running.Scopes = []string{}
	if _, err := New(empty); err == nil || !strings.Contains(err.Error(), "Options.Running.Scopes is missing") {
		t.Errorf("with an empty list of scopes: %v", err)
	}
	if count < 17 {
		t.Errorf("%d options were left out only", count)
	}
}
