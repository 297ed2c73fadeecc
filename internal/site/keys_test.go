package site

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/datamap"
	"labelup/internal/site/redistest"
)

// documented checks that Redis holds nothing but the declared keys with the
// declared values, and counts what it saw.
type documented struct {
	client   redis.UniversalClient
	patterns []*regexp.Regexp // of Stores
	keys     []int            // how many of each
	fields   map[string]bool  // of records
}

func document(t *testing.T, server *redistest.Server) *documented {
	d := &documented{client: raw(t, server), keys: make([]int, len(Stores)), fields: map[string]bool{}}
	for _, store := range Stores {
		_, place, _ := strings.Cut(store.Place, "Redis, ")
		pattern := strings.NewReplacer("<site>", "[0-9a-f]{64}", "<token>", "[0-9a-f]{64}").Replace(regexp.QuoteMeta(place))
		d.patterns = append(d.patterns, regexp.MustCompile("^"+pattern+"$"))
	}
	return d
}

func (d *documented) check(t *testing.T, after string) {
	t.Helper()
	keys, err := d.client.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		kind := slices.IndexFunc(d.patterns, func(p *regexp.Regexp) bool { return p.MatchString(key) })
		if kind < 0 {
			t.Fatalf("after %s there is a key %q, which is not documented", after, key)
		}
		d.keys[kind]++
		text, err := d.client.Get(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		left, err := d.client.PTTL(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		switch kind {
		case 0:
			if got := d.record(t, text); got.UninstalledAt.IsZero() != (left < 0) || left > defaultKeep {
				t.Errorf("after %s the record of a site uninstalled at %v is kept for %v", after, got.UninstalledAt, left)
			}
		case 1:
			if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(text) || left <= 0 || left > 61*time.Minute {
				t.Errorf("after %s a token's value is %q, for %v", after, text, left)
			}
		case 2:
			if _, err := time.Parse(time.RFC3339, text); err != nil || left <= 0 || left > defaultKeep+markMargin+time.Minute {
				t.Errorf("after %s the mark is %q, for %v", after, text, left)
			}
		}
		if strings.Contains(text, "secret-of") {
			t.Errorf("after %s a secret is stored in the clear", after)
		}
	}
}

// record reads a record and checks that its fields are declared and written in
// the declared order.
func (d *documented) record(t *testing.T, text string) record {
	t.Helper()
	var r record
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	var written []string
	for depth, isName := 0, true; ; {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		if _, brace := token.(json.Delim); brace {
			depth++
			continue
		}
		if name, ok := token.(string); ok && isName {
			written = append(written, name)
		}
		isName = !isName
	}
	declared := slices.DeleteFunc(fieldNames(Stores[0]), func(name string) bool { return !slices.Contains(written, name) })
	if diff := cmp.Diff(declared, written); diff != "" {
		t.Errorf("fields (-declared +written):\n%s", diff)
	}
	for _, name := range written {
		d.fields[name] = true
	}
	return r
}

func fieldNames(store datamap.Store) []string {
	var names []string
	for _, field := range store.Fields {
		names = append(names, field.Name)
	}
	return names
}

// TestNothingButTheDocumentedKeysAndFieldsIsEverWritten goes through all that
// can happen to a site.
func TestNothingButTheDocumentedKeysAndFieldsIsEverWritten(t *testing.T) {
	server := redistest.Start(t)
	d := document(t, server)
	clock := now
	settings := Settings{Now: func() time.Time { return clock }}
	s := openAs(t, server.URL(), sealer(t, "k1", "k2"), Options{}, settings)
	rotated := openAs(t, server.URL(), sealer(t, "k2", "k1"), Options{}, settings)

	host := connecttest.NewHost("labelup", "https://labelup.example.com")
	host.Now = func() time.Time { return clock }
	host.ClientKey, host.DisplayURL = "{odd}:key\r\n*\x00ü", "https://wiki.example.com"
	app, err := connect.New(connect.Config{
		Key: "labelup", BaseURLs: []string{"https://labelup.example.com"}, Store: s, Keys: host, Now: host.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	name := Name(host.ClientKey)
	lifecycle := func(event connect.Event) func() error {
		return func() error {
			body := host.LifecycleBody(event)
			maps.Copy(body, map[string]any{
				"cloudId": "cloud", "installationId": "installation", "entitlementId": "entitlement", "entitlementNumber": "E-1",
				"publicKey": "not kept", "pluginsVersion": "1.2", "description": "not kept",
			})
			return app.Lifecycle(host.LifecycleCall(event, host.LifecycleToken(event, "/"+string(event)), body), event)
		}
	}
	var backup []Entry
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"install", lifecycle(connect.Installed)},
		{"enable", lifecycle(connect.Enabled)},
		{"rotate", func() error { host.Secret = "the next secret-of the site"; return lifecycle(connect.Installed)() }},
		{"disable", lifecycle(connect.Disabled)},
		{"block", func() error { return s.SetBlocked(t.Context(), name, true) }},
		{"reseal", func() error { _, err := rotated.Reseal(t.Context(), name); return err }},
		{"unblock", func() error { return s.SetBlocked(t.Context(), name, false) }},
		{"a refused call", func() error {
			_ = app.Lifecycle(host.Lifecycle(connect.Installed, connecttest.With("aud", "https://other.example")), connect.Installed)
			return nil
		}},
		{"uninstall", lifecycle(connect.Uninstalled)},
		{"block of an uninstalled site", func() error { return s.SetBlocked(t.Context(), name, true) }},
		{"export", func() error {
			return s.Export(t.Context(), func(e Entry) error { backup = append(backup, e); return nil })
		}},
		{"erase", func() error { _, err := s.Erase(t.Context(), name); return err }},
		{"erase again", func() error { _, err := s.Erase(t.Context(), name); return err }},
		{"import of what was erased", func() error { _, err := s.Import(t.Context(), backup, true); return err }},
		{"reinstall", lifecycle(connect.Installed)},
		{"import into an empty Redis", func() error {
			if err := d.client.FlushAll(t.Context()).Err(); err != nil {
				return err
			}
			_, err := s.Import(t.Context(), append(backup, Entry{Name: Name("erased"), ErasedAt: clock}), true)
			return err
		}},
		{"looking", func() error {
			if _, err := s.Held(t.Context(), host.ClientKey); err != nil {
				return err
			}
			if err := s.Each(t.Context(), func(Summary) error { return nil }); err != nil {
				return err
			}
			if _, err := s.Status(t.Context()); err != nil {
				return err
			}
			if _, err := s.MayEvict(t.Context()); err != nil {
				return err
			}
			_, _ = s.Installation(t.Context(), "nobody")
			return s.Ping(t.Context())
		}},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		clock = clock.Add(2 * time.Second)
		d.check(t, step.name)
	}
	for i, n := range d.keys {
		if n == 0 {
			t.Errorf("the test saw nothing of %s", Stores[i].Name)
		}
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(fieldNames(Stores[0]))), slices.Sorted(maps.Keys(d.fields))); diff != "" {
		t.Errorf("fields of all records (-declared +seen):\n%s", diff)
	}
}
