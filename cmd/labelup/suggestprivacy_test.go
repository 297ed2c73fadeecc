package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"labelup/connect"
	"labelup/internal/config"
	"labelup/internal/service"
	"labelup/internal/site/redistest"
	"labelup/internal/suggest"
)

// engineVariable makes this test binary serve with one of the engines, in a
// process of its own, and test nothing.
const engineVariable = "LABELUP_TEST_ENGINE"

// engine is what suggests in place of the shipped one, in a service.
type engine func(config.Config, *service.Observation) func(suggest.Input) suggest.Answer

var engines = map[string]engine{
	// panicking quotes the page in a panic.
	"panicking": alone(func(in suggest.Input) suggest.Answer { panic(fmt.Errorf("cannot work out %+v", in)) }),

	// crashing ends the process, for nothing recovers from a stack without end.
	"crashing": alone(func(in suggest.Input) suggest.Answer {
		debug.SetMaxStack(1 << 20)
		return forever(in, in.Page.Title, in.Page.Labels)
	}),

	"leaking":    leaking,
	"contacting": alone(contacting),

	// careless lets the page out wherever a program can.
	"careless": alone(func(in suggest.Input) suggest.Answer {
		fmt.Fprintln(os.Stdout, in.Page.Title)
		fmt.Fprintln(os.Stderr, in.Page.Title)
		_ = os.WriteFile("worked-in", []byte(in.Page.Title), 0o600)
		_ = os.WriteFile(filepath.Join(os.TempDir(), "temporary"), []byte(in.Page.Title), 0o600)
		first := suggest.Reason{Kind: suggest.InTitle, Text: rememberFirst(in.Page.Title)}
		return suggest.Answer{Suggestions: []suggest.Suggestion{{Label: "careless", Reasons: []suggest.Reason{first}}}}
	}),
}

// alone is an engine that needs nothing of the service.
func alone(suggests func(suggest.Input) suggest.Answer) engine {
	return func(config.Config, *service.Observation) func(suggest.Input) suggest.Answer { return suggests }
}

func forever(in suggest.Input, title string, labels []string) suggest.Answer {
	answer := forever(in, title, labels) //nolint:staticcheck // that it never ends is what it is for
	answer.Search = append(answer.Search, title)
	return answer
}

// rememberFirst returns the title that it was called with first.
var rememberFirst = func() func(string) string {
	var once sync.Once
	var first string
	return func(title string) string {
		once.Do(func() { first = title })
		return first
	}
}()

// serveWith is `labelup serve` with another engine.
func serveWith(engine engine) int {
	log.SetOutput(io.Discard) // as main does
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := serveUntil(ctx, engine); err != nil {
		complain(os.Stderr, "serve", err)
		return 1
	}
	return 0
}

func serveUntil(ctx context.Context, engine engine) error {
	settings, err := service.ReadSettings(os.Getenv)
	if err != nil {
		return err
	}
	observed := service.Observe(settings, os.Stdout)
	s, err := service.New(settings, observed, version(), engine(settings, observed))
	if err != nil {
		return err
	}
	defer s.Close()
	listener, err := service.Listen(ctx, settings.Production, settings.Port)
	if err != nil {
		return err
	}
	return s.Run(ctx, listener)
}

// watched is a process of which everything is kept that it says and leaves.
type watched struct {
	*process
	site      *atlassian
	redis     *redistest.Server
	temporary string // the process's folder for temporary files
	number    int    // of the last word that was planted

	mu      sync.Mutex
	foreign []string // words in answers to other requests, or in any that is not a good one
	served  int      // good answers with the request's own word in them
}

// watch starts a process on a site that has the app installed: the program as it
// is shipped, or this test binary with an engine.
func watch(t *testing.T, engine string) *watched {
	t.Helper()
	w := &watched{
		site:      startAtlassian(t),
		redis:     redistest.Start(t, "rdbcompression no"), // compressed, a word could be there and not be found
		temporary: t.TempDir(),
	}
	environment := append(w.site.environment(w.redis, sealKey("k1")), "GOTRACEBACK=system", "TMPDIR="+w.temporary)
	if engine == "" {
		w.process = start(t, environment, "serve")
	} else {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		w.process = startProgram(t, self, append(environment, engineVariable+"="+engine))
	}
	w.until("/ready", http.StatusOK)
	w.answers(http.StatusNoContent, w.site.Lifecycle(connect.Installed), "install")
	return w
}

// word returns another word that is nowhere yet.
func (w *watched) word() string {
	w.number++
	return fmt.Sprintf("quokka%d", w.number)
}

// planted finds the words, and tokens, which hold some of them encoded.
var planted = regexp.MustCompile(`(?i:quokka)[0-9]+|eyJhbGciOi`)

// wholeSuggestRequest has the word wherever the request for suggestions has text.
func wholeSuggestRequest(word string) string {
	return strings.ReplaceAll(`{"contentId":"123",
		"page":{"title":"WORD testing","body":{"format":"storage","value":"<h1>How we do WORD here</h1>`+
		strings.Repeat(`<p>Everybody who works on our pages should know what WORD is and how it is tested.</p>`, 5)+`"},"labels":["has-WORD"]},
		"neighbours":[
			{"id":"WORD","title":"More about WORD","labels":["WORD","near-WORD"],"body":{"format":"text","value":"What WORD is and how it is tested on our pages."}},
			{"id":"2","title":"Testing WORD","labels":["WORD"],"terms":{"WORD":3,"testing":2}}],
		"tree":{"parent":["parent-WORD"],"siblings":[{"label":"WORD","pages":1}],"of":2},
		"vocabulary":[{"label":"WORD","synonyms":["synonym WORD"],"description":"All about WORD"}],
		"inUse":[{"label":"WORD","pages":4}],"dismissed":["not-WORD"]}`, "WORD", word)
}

// suggest sends a request in which the word is planted, and keeps what of it, or
// of another, is in the answer.
func (w *watched) suggest(word, body string, change ...func(*http.Request)) int {
	w.t.Helper()
	request := w.site.BrowserCall(http.MethodPost, "/api/suggest", body)
	for _, c := range change {
		c(request)
	}
	status, header, answer := w.send(request)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, found := range planted.FindAllString(fmt.Sprint(header)+answer, -1) {
		if found != word || status != http.StatusOK {
			w.foreign = append(w.foreign, fmt.Sprintf("%s in the answer %d to %s", found, status, word))
		}
	}
	if status == http.StatusOK && strings.Contains(answer, word) {
		w.served++
	}
	return status
}

// places ends the process and returns everything that it left, by where it is.
func (w *watched) places() map[string][]byte {
	w.t.Helper()
	_ = w.cmd.Process.Signal(syscall.SIGTERM)
	w.exit()
	places := map[string][]byte{
		"standard output": []byte(w.stdout.String()), "standard error": []byte(w.stderr.String()), "answers": []byte(strings.Join(w.foreign, "\n")),
	}
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: w.redis.Socket()})
	defer client.Close()
	keys := client.Scan(w.t.Context(), 0, "*", 1000).Iterator()
	for keys.Next(w.t.Context()) {
		dump, err := client.Dump(w.t.Context(), keys.Val()).Bytes()
		if err != nil {
			w.t.Fatal(err)
		}
		places["redis keys"] = append(places["redis keys"], keys.Val()+"\n"...)
		places["redis values"] = append(places["redis values"], dump...)
	}
	if err := client.Save(w.t.Context()).Err(); err != nil || keys.Err() != nil || len(places["redis keys"]) == 0 {
		w.t.Fatalf("Redis was not read: %v, %v, keys: %s", err, keys.Err(), places["redis keys"])
	}
	for _, folder := range []string{w.cmd.Dir, w.temporary, filepath.Dir(w.redis.Socket())} {
		err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			raw, err := os.ReadFile(path)
			places[entry.Name()] = raw
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return places
}

// foundIn are the places with a planted word in them.
func foundIn(places map[string][]byte) []string {
	var found []string
	for place, content := range places {
		if planted.Match(content) {
			found = append(found, place)
		}
	}
	slices.Sort(found)
	return found
}

// checkNothingLeft fails if any word is anywhere.
func (w *watched) checkNothingLeft() {
	w.t.Helper()
	places := w.places()
	for _, place := range foundIn(places) {
		at := planted.FindIndex(places[place])
		w.t.Errorf("%s: …%q…", place, places[place][max(0, at[0]-200):min(len(places[place]), at[1]+200)])
	}
}

func TestTheSearchForPlantedWordsFindsThemWhereverAProcessCanLeaveThem(t *testing.T) {
	t.Parallel()
	w := watch(t, "careless")
	for range 2 {
		word := w.word()
		if status := w.suggest(word, wholeSuggestRequest(word)); status != http.StatusOK {
			t.Fatalf("answered %d", status)
		}
	}
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: w.redis.Socket()})
	defer client.Close()
	if err := client.Set(t.Context(), "page-"+w.word(), strings.Repeat(w.word()+" ", 100), 0).Err(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"answers", "appendonly.aof.1.incr.aof", "dump.rdb", "redis keys", "redis values", "standard error", "standard output", "temporary", "worked-in",
	}
	if diff := cmp.Diff(want, foundIn(w.places())); diff != "" {
		t.Errorf("found differs (-want +got):\n%s", diff)
	}
}

func TestNothingOfASuggestionIsLeftAnywhere(t *testing.T) {
	t.Parallel()
	w := watch(t, "")
	whole := wholeSuggestRequest
	replaced := func(old, changed string) func(string) string {
		return func(word string) string { return strings.Replace(whole(word), old, changed, 1) }
	}
	for name, test := range map[string]struct {
		status int
		body   func(word string) string
		change func(r *http.Request, word string)
	}{
		"a good request":    {http.StatusOK, whole, nil},
		"a second request":  {http.StatusOK, replaced(`"dismissed"`, `"refined":true,"dismissed"`), nil},
		"a page in ADF":     {http.StatusOK, replaced(`{"format":"storage","value":"`, `{"format":"adf","value":"{\"type\":\"doc\",`), nil},
		"half a body":       {http.StatusBadRequest, func(word string) string { return strings.TrimSuffix(whole(word), "]}") }, nil},
		"another page":      {http.StatusNotFound, replaced(`"123"`, `"124"`), nil},
		"an unknown format": {http.StatusBadRequest, replaced(`"storage"`, `"wiki"`), nil},
		"an unknown field": {
			http.StatusBadRequest, func(word string) string { return `{"contentId":"123","` + word + `":"` + word + `"}` }, nil,
		},
		"a wrong type":      {http.StatusBadRequest, replaced(`["has-`, `[1,"has-`), nil},
		"broken characters": {http.StatusBadRequest, replaced(`"not-`, "\"\xff"), nil},
		"a long title": {
			http.StatusRequestEntityTooLarge,
			func(word string) string {
				return `{"contentId":"123","page":{"title":"` + strings.Repeat(word, 200) + `"}}`
			}, nil,
		},
		"a wrong token": {
			http.StatusUnauthorized, whole, func(r *http.Request, word string) { r.Header.Set("Authorization", "JWT "+word) },
		},
		"a token of nobody's": {
			http.StatusUnauthorized, whole, func(r *http.Request, word string) { r.Header.Set("Authorization", r.Header.Get("Authorization")+word) },
		},
		"the URL and the headers": {http.StatusOK, whole, func(r *http.Request, word string) {
			r.URL.RawQuery = word + "=" + word
			for _, header := range []string{"X-Request-Id", "User-Agent", "Referer", "Cookie", "Accept-Language", "X-" + word} {
				r.Header.Set(header, word)
			}
		}},
		"another type of body": {
			http.StatusBadRequest, whole, func(r *http.Request, word string) { r.Header.Set("Content-Type", "text/"+word) },
		},
		"another method": {
			http.StatusMethodNotAllowed, whole, func(r *http.Request, word string) { r.Method = word },
		},
	} {
		word := w.word()
		got := w.suggest(word, test.body(word), func(r *http.Request) {
			if test.change != nil {
				test.change(r, word)
			}
		})
		if got != test.status {
			t.Errorf("%s: answered %d, want %d", name, got, test.status)
		}
	}
	// The service answers before it has read all of these two, so that the answer may not arrive.
	word := w.word()
	w.suggest(word, `{"contentId":"`+strings.Repeat(word, 1_000_000)+`"}`)
	w.cutOff(whole(w.word()))

	var group sync.WaitGroup
	for range 30 {
		word := w.word()
		group.Go(func() { w.suggest(word, whole(word)) })
	}
	group.Wait()
	w.redis.Kill()
	word = w.word()
	w.suggest(word, whole(word))
	w.redis.Restart()
	w.until("/ready", http.StatusOK)
	if w.served < 3 {
		t.Errorf("%d answers had something of the page in them, so nothing was tried", w.served)
	}
	w.checkNothingLeft()
	if !strings.Contains(w.stdout.String(), `"route":"/api/suggest","method":"POST","status":200`) {
		t.Errorf("the log has no suggestion:\n%s", w.stdout)
	}
}

// cutOff sends the beginning of a request, then hangs up.
func (w *watched) cutOff(body string) {
	w.t.Helper()
	request := w.site.BrowserCall(http.MethodPost, "/api/suggest", "")
	var dialer net.Dialer
	conn, err := dialer.DialContext(w.t.Context(), "tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		w.t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /api/suggest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s",
		request.Header.Get("Authorization"), len(body)+1, body)
	_ = conn.Close()
}

func TestAPanicThatQuotesThePageLeavesNothingOfIt(t *testing.T) {
	t.Parallel()
	w := watch(t, "panicking")
	for range 3 {
		word := w.word()
		if status := w.suggest(word, wholeSuggestRequest(word)); status != http.StatusInternalServerError {
			t.Errorf("answered %d", status)
		}
	}
	if status, _, _ := w.send(httptest.NewRequest(http.MethodGet, "/health", nil)); status != http.StatusOK {
		t.Errorf("after a panic the process answers %d", status)
	}
	w.checkNothingLeft()
	if got := strings.Count(w.stdout.String(), `"msg":"panic"`); got != 3 {
		t.Errorf("%d panics are in the log:\n%s", got, w.stdout)
	}
}

func TestTheReportOfACrashHasNothingOfThePage(t *testing.T) {
	t.Parallel()
	w := watch(t, "crashing")
	word := w.word()
	if status := w.suggest(word, wholeSuggestRequest(word)); status != 0 {
		t.Fatalf("answered %d", status)
	}
	w.checkNothingLeft()
	if report := w.stderr.String(); !strings.Contains(report, "stack overflow") || !strings.Contains(report, ".forever(") {
		t.Errorf("the report is:\n%s", report)
	}
}
