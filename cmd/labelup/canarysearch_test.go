package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"labelup/internal/backup"
	"labelup/internal/config"
	"labelup/internal/datamap"
	"labelup/internal/service"
	"labelup/internal/site"
)

// ownerOf finds planted words with the number of the page they belong to.
var ownerOf = regexp.MustCompile(`(?i)` + plantedWord + `[a-z]*([0-9]+)|` + plantedID + `0*([0-9]+)`)

// forms are what a planted word looks like: as it is, in URLs and in JSON, where
// its letters stay what they are, and in base64, where it depends on how many
// bytes are before it. There the characters are left out that it shares with
// its neighbours.
var forms = func() []string {
	var all []string
	for _, mark := range []string{plantedWord, "Quokka", strings.ToUpper(plantedWord), plantedID} {
		all = append(all, mark)
		for before := range 3 {
			encoded := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("x", before) + mark))
			all = append(all, encoded[(before*8+5)/6:(before+len(mark))*8/6])
		}
	}
	return all
}()

// find returns where in a content planted words are.
func find(content []byte) (at []int) {
	for _, form := range forms {
		for from := 0; ; {
			next := bytes.Index(content[from:], []byte(form))
			if next < 0 {
				break
			}
			at = append(at, from+next)
			from += next + len(form)
		}
	}
	return at
}

func around(content []byte, at int) string {
	return fmt.Sprintf("…%q…", content[max(0, at-80):min(len(content), at+80)])
}

// places are everything that the processes said, wrote and sent, by
// where it is. No process runs any more.
func (c *canary) places() map[string][]byte {
	c.t.Helper()
	places := map[string][]byte{
		"answers": []byte(strings.Join(c.foreign, "\n")), "metrics": []byte(strings.Join(c.measured, "\n")), "requests to S3": c.s3.Requests(),
	}
	add := func(place string, content ...[]byte) {
		places[place] = append(places[place], bytes.Join(content, []byte("\n"))...)
	}
	for _, p := range c.processes {
		add("standard output", []byte(p.stdout.String()))
		add("standard error", []byte(p.stderr.String()))
		addFiles(c.t, add, "working folder", p.cmd.Dir)
	}
	addFiles(c.t, add, "folder for temporary files", c.temporary)
	addFiles(c.t, add, "objects in S3", c.s3.Folder())
	for request := range bytes.SplitSeq(c.cloud.Requests(), []byte("POST / HTTP/1.1\r\n")) {
		switch {
		case bytes.Contains(request, []byte("X-Amz-Target: Logs_")):
			add("requests to CloudWatch Logs", request)
		default:
			add("requests to KMS", request)
		}
	}
	add("backups, opened", c.openBackups())
	c.addRedis(add)
	return places
}

func addFiles(t *testing.T, add func(string, ...[]byte), place, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		add(place, []byte(strings.TrimPrefix(path, folder)))
		if !entry.Type().IsRegular() {
			return nil
		}
		raw, err := os.ReadFile(path)
		add(place, raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// addRedis adds what Redis holds, asked and as it lies on the disk.
func (c *canary) addRedis(add func(string, ...[]byte)) {
	c.t.Helper()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: c.redis.Socket()})
	defer client.Close()
	keys := client.Scan(c.t.Context(), 0, "*", 1000).Iterator()
	for keys.Next(c.t.Context()) {
		dump, err := client.Dump(c.t.Context(), keys.Val()).Bytes()
		if err != nil {
			c.t.Fatal(err)
		}
		add("keys in Redis", []byte(keys.Val()))
		add("values in Redis", dump)
	}
	if err := client.Save(c.t.Context()).Err(); err != nil || keys.Err() != nil {
		c.t.Fatalf("Redis was not read: %v, %v", err, keys.Err())
	}
	addFiles(c.t, func(_ string, content ...[]byte) {
		name, _, _ := bytes.Cut(bytes.Join(content, nil), []byte("\n"))
		if bytes.HasPrefix(name, []byte("REDIS")) {
			add("snapshot of Redis", content...)
			return
		}
		add("files of Redis", content...)
	}, "", filepath.Dir(c.redis.Socket()))
}

// opened collects what is in backups.
type opened struct{ lines bytes.Buffer }

func (o *opened) Import(_ context.Context, entries []site.Entry, _ bool) ([]site.Outcome, error) {
	outcomes := make([]site.Outcome, len(entries))
	for i, entry := range entries {
		fmt.Fprintf(&o.lines, "%s %s %s\n", entry.Name, entry.Record, entry.ErasedAt)
		outcomes[i] = site.Same
	}
	return outcomes, nil
}

// openBackups reads every backup with the service's own reader.
func (c *canary) openBackups() []byte {
	c.t.Helper()
	settings, err := config.Read(func(name string) string {
		for _, pair := range slices.Backward(c.environment) {
			if value, found := strings.CutPrefix(pair, name+"="); found {
				return value
			}
		}
		return ""
	})
	if err != nil {
		c.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	store, sealer, err := service.OpenStore(settings, log, nil, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	defer store.Close()
	bucket := service.Bucket(settings, log)
	backups, err := backup.List(c.t.Context(), bucket)
	if err != nil {
		c.t.Fatal(err)
	}
	var all opened
	for _, b := range backups {
		if _, err := backup.Restore(c.t.Context(), bucket, sealer, &all, backup.Order{Name: b.Name, Now: time.Now(), Force: true}); err != nil {
			c.t.Errorf("%s: %v", b.Name, err)
		}
	}
	return all.lines.Bytes()
}

// allPlaces are where planted words are searched for.
var allPlaces = []string{
	"answers", "backups, opened", "files of Redis", "folder for temporary files", "keys in Redis", "metrics", "objects in S3", "requests to CloudWatch Logs",
	"requests to KMS", "requests to S3", "snapshot of Redis", "standard error", "standard output", "values in Redis", "working folder",
}

// hitsIn are the places with a planted word in them.
func hitsIn(places map[string][]byte) []string {
	var found []string
	for place, content := range places {
		if len(find(content)) > 0 {
			found = append(found, place)
		}
	}
	slices.Sort(found)
	return found
}

func TestAPlantedWordIsFoundInWhateverFormItIs(t *testing.T) {
	token, err := json.Marshal(map[string]string{"sub": "557058:quokkaaccount7", "id": plantedID + "007"})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"plain": "a quokkatitle7 b", "in capitals": "spaceKey=QUOKKAKEY7", "a name": "Quokkaperson7", "in a URL": url.QueryEscape("é quokkatitle7 &"),
		"in JSON": fmt.Sprintf("%q", "é\"quokkatitle7"), "an id": "/pages/" + plantedID + "007/labels",
		"in a token":                "eyJ." + base64.RawURLEncoding.EncodeToString(token) + ".x",
		"in a token, one byte on":   base64.RawURLEncoding.EncodeToString(append([]byte("1"), token...)),
		"in a token, two bytes on":  base64.StdEncoding.EncodeToString(append([]byte("12"), token...)),
		"in a token, only an id":    base64.StdEncoding.EncodeToString([]byte("a" + plantedID)),
		"in a token, only capitals": base64.StdEncoding.EncodeToString([]byte("ab QUOKKAKEY7")),
	} {
		if len(find([]byte(content))) == 0 {
			t.Errorf("%s: not found in %q", name, content)
		}
	}
	if at := find([]byte("the quick brown fox 739015 quok ka")); len(at) > 0 {
		t.Errorf("found where nothing is: %d", at)
	}
}

// checkPlaces searches all that is left when no process runs any more.
func (c *canary) checkPlaces() {
	c.t.Helper()
	places := c.places()
	if diff := cmp.Diff(allPlaces, slices.Sorted(maps.Keys(places))); diff != "" {
		c.t.Errorf("the places differ (-want +got):\n%s", diff)
	}
	mayBeEmpty := []string{"answers", "folder for temporary files", "working folder"}
	total := 0
	for place, content := range places {
		total += len(content)
		at := find(content)
		for i := range min(len(at), 5) {
			c.t.Errorf("%s: %s", place, around(content, at[i]))
		}
		for _, token := range c.userTokens {
			if bytes.Contains(content, []byte(token)) {
				c.t.Errorf("%s: a token to act as a person", place)
			}
		}
		if len(content) == 0 && !slices.Contains(mayBeEmpty, place) {
			c.t.Errorf("%s: nothing was there to be searched", place)
		}
	}
	c.t.Logf("%d requests; %d places with %d KB searched", c.sent, len(places), total>>10)
}

// checkKeys compares what is in Redis with what the service says it keeps there.
func (c *canary) checkKeys() {
	c.t.Helper()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: c.redis.Socket()})
	defer client.Close()
	seen := map[string]bool{}
	keys := client.Scan(c.t.Context(), 0, "*", 1000).Iterator()
	for keys.Next(c.t.Context()) {
		value, err := client.Get(c.t.Context(), keys.Val()).Result()
		if err != nil {
			c.t.Fatal(err)
		}
		store, fields := storeOf(keys.Val(), value)
		if store == nil {
			c.t.Errorf("there is a key of no documented pattern: %s", keys.Val())
			continue
		}
		seen[store.Name] = true
		for _, field := range fields {
			if !slices.ContainsFunc(store.Fields, func(f datamap.Field) bool { return f.Name == field }) {
				c.t.Errorf("%s has the field %s, which is not documented", keys.Val(), field)
			}
		}
		if ttl := client.TTL(c.t.Context(), keys.Val()).Val(); store.Name != site.Stores[0].Name && ttl <= 0 {
			c.t.Errorf("%s has no end", keys.Val())
		}
	}
	if keys.Err() != nil || len(seen) != len(site.Stores) {
		c.t.Errorf("of %d documented patterns these were there: %v (%v)", len(site.Stores), seen, keys.Err())
	}
}

// storeOf is the declared store that a key belongs to, with the fields of the
// value; nil if there is none, or the value is not of the form it may have.
func storeOf(key, value string) (store *datamap.Store, fields []string) {
	hash := `[0-9a-f]{64}`
	for i, declared := range site.Stores {
		_, pattern, _ := strings.Cut(declared.Place, "Redis, ")
		pattern = strings.NewReplacer("<site>", hash, "<token>", hash).Replace(regexp.QuoteMeta(pattern))
		if !regexp.MustCompile("^" + pattern + "$").MatchString(key) {
			continue
		}
		record := map[string]json.RawMessage{}
		if json.Unmarshal([]byte(value), &record) == nil {
			return &site.Stores[i], slices.Collect(maps.Keys(record))
		}
		if regexp.MustCompile(`^(` + hash + `|\d{4}-\d\d-\d\dT[0-9:.]+Z)$`).MatchString(value) {
			return &site.Stores[i], nil
		}
	}
	return nil, nil
}

func TestAKeyThatIsNotDocumentedIsNoticed(t *testing.T) {
	site := strings.Repeat("a", 64)
	for name, test := range map[string]struct {
		key, value string
		fields     int // -1: it belongs to no store
	}{
		"a record":             {"labelup:{" + site + "}:site", `{"version":1}`, 1},
		"a used token":         {"labelup:{" + site + "}:token:" + site, site, 0},
		"an erasure":           {"labelup:{" + site + "}:erased", "2026-11-22T08:00:00Z", 0},
		"another key":          {"labelup:{" + site + "}:page", `{"version":1}`, -1},
		"a site by its name":   {"labelup:{site-a}:site", `{"version":1}`, -1},
		"a key with more":      {"labelup:{" + site + "}:erased:page", "2026-11-22T08:00:00Z", -1},
		"a token with a title": {"labelup:{" + site + "}:token:" + site, "title", -1},
	} {
		store, fields := storeOf(test.key, test.value)
		if got := len(fields); (store == nil) != (test.fields < 0) || store != nil && got != test.fields {
			t.Errorf("%s: it belongs to %v with the fields %q", name, store, fields)
		}
	}
}
