package confluence

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"labelup/internal/fault"
	"labelup/internal/label"
)

func TestParseContent(t *testing.T) {
	for _, test := range []struct{ name, id, kind, want string }{
		{name: "a page", id: "123", kind: "page"},
		{name: "a blog post with the longest id", id: "12345678901234567890", kind: "blogpost"},
		{name: "an attachment", id: "1", kind: "attachment"},
		{name: "custom content of a Connect app", id: "1", kind: "ac:labelup:thing"},
		{name: "custom content of a Forge app", id: "1", kind: "forge:labelup:thing"},
		{name: "no id", kind: "page", want: "bad_request: content_id"},
		{name: "an id too long", id: "123456789012345678901", kind: "page", want: "bad_request: content_id"},
		{name: "a path for an id", id: "1/../2", kind: "page", want: "bad_request: content_id"},
		{name: "an escaped path for an id", id: "1%2f2", kind: "page", want: "bad_request: content_id"},
		{name: "digits of another script for an id", id: "١٢", kind: "page", want: "bad_request: content_id"},
		{name: "a negative id", id: "-1", kind: "page", want: "bad_request: content_id"},
		{name: "content without labels", id: "1", kind: "whiteboard", want: "bad_request: content_type"},
		{name: "no type", id: "1", want: "bad_request: content_type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := ParseContent(test.id, test.kind)
			if test.want != "" {
				wantFault(t, err, test.want)
				return
			}
			if err != nil || c.ID() != test.id {
				t.Errorf("%v, %v", c, err)
			}
		})
	}
}

func TestNoPathIsBuiltWithoutParseContent(t *testing.T) {
	f := newFake()
	c := inBubble(t, f, Options{})
	_, err := c.Labels(t.Context(), Content{})
	wantFault(t, err, "internal: no_content")
	_, err = c.Apply(t.Context(), Content{}, label.Change{Add: []label.Name{"a"}})
	wantFault(t, err, "internal: no_content")
	if len(f.count) > 0 {
		t.Errorf("requests were sent: %v", f.count)
	}
}

func TestLabelsReadsEveryPage(t *testing.T) {
	for _, test := range []struct {
		name           string
		labels, answer int
		reads          int
	}{
		{name: "no labels", reads: 1},
		{name: "as many as one answer holds", labels: 250, reads: 1},
		{name: "one more", labels: 251, reads: 2},
		{name: "a full page", labels: 500, reads: 2},
		{name: "a server that answers with fewer than asked", labels: 7, answer: 2, reads: 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(numbered(test.labels)...)
			f.pageSize = test.answer
			got, err := inBubble(t, f, Options{}).Labels(t.Context(), content(t, "1"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(f.held["1"], got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if f.count["GET"] != test.reads {
				t.Errorf("%d reads, want %d", f.count["GET"], test.reads)
			}
		})
	}
}

// answering is a handler that always gives this body and these headers.
func answering(code int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		w.Write([]byte(body))
	}
}

func TestLabelsUnderstandsWhatItCan(t *testing.T) {
	red := []label.Label{{ID: "7", Prefix: label.Global, Name: "red"}}
	for _, test := range []struct {
		name string
		body string
		want []label.Label
		err  string
	}{
		{name: "an id as a number", body: `{"results":[{"id":7,"name":"red","prefix":"global"}]}`, want: red},
		{name: "an id as a string", body: `{"results":[{"id":"7","name":"red","prefix":"global"}],"_links":{}}`, want: red},
		{name: "fields it does not know", body: `{"results":[{"id":"7","name":"red","prefix":"global","color":{"x":[1]}}],"new":1,"_links":{"next":null}}`, want: red},
		{name: "a label without a prefix is global", body: `{"results":[{"id":"7","name":"red"}]}`, want: red},
		{name: "a prefix it does not know stays", body: `{"results":[{"id":null,"name":"red","prefix":"moon"}]}`, want: []label.Label{{Prefix: "moon", Name: "red"}}},
		{name: "an empty list is no labels", body: `{"results":[]}`},
		{name: "no list is not the same as no labels", body: `{}`, err: "upstream: answer_not_understood"},
		{name: "a page of HTML", body: `<html>Log in`, err: "upstream: answer_not_understood"},
		{name: "half an answer", body: `{"results":[{"id":"7"`, err: "upstream: answer_not_understood"},
		{name: "no answer", err: "upstream: answer_not_understood"},
		{name: "a list that goes on without saying where", body: `{"results":[],"_links":{"next":"/wiki/api/v2/pages/1/labels?limit=250"}}`, err: "upstream: paging_loop"},
		{name: "a list that goes in circles", body: `{"results":[],"_links":{"next":"/x?cursor=abc"}}`, err: "upstream: paging_loop"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := inBubble(t, answering(200, test.body), Options{}).Labels(t.Context(), content(t, "1"))
			if test.err != "" {
				wantFault(t, err, test.err)
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLabelsStopsWhenAListHasNoEnd(t *testing.T) {
	n := 0
	endless := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Write([]byte(`{"results":[],"_links":{"next":"?cursor=` + strings.Repeat("x", n) + `"}}`))
	})
	_, err := inBubble(t, endless, Options{}).Labels(t.Context(), content(t, "1"))
	wantFault(t, err, "upstream: too_many_pages")
	if n != maxPages {
		t.Errorf("%d reads", n)
	}
}

func TestCursorOfLinkHeader(t *testing.T) {
	for _, test := range []struct {
		name, header, want string
	}{
		{name: "the usual form", header: `<https://x.example/wiki/api/v2/pages/1/labels?limit=250&cursor=ab%3D%3D>; rel="next"`, want: "ab=="},
		{name: "a plus of base64", header: `<https://x.example/y?cursor=a+b/c=>; rel="next"`, want: "a+b/c="},
		{name: "without quotation marks", header: `</x?cursor=a>; rel=next`, want: "a"},
		{name: "among others", header: `</x?cursor=a>; rel="prev", </x?a=1,2&cursor=b>; title="t"; rel="next"`, want: "b"},
		{name: "no next", header: `</x?cursor=a>; rel="base"`},
		{name: "broken off", header: `</x?cursor=a`},
		{name: "longer than any cursor", header: `</x?cursor=` + strings.Repeat("a", 5000) + `>; rel="next"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := cursorOf(nextLink([]string{test.header})); got != test.want {
				t.Errorf("cursor is %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzDecodeLabels(f *testing.F) {
	f.Add([]byte(`{"results":[{"id":7,"name":"red"}],"_links":{"next":"/x?cursor=a"}}`), `</x?cursor=b>; rel="next"`)
	f.Add([]byte(`{"results":[],"_links":{"next":7}}`), `<<>>;rel=next,<`)
	f.Fuzz(func(t *testing.T, body []byte, link string) {
		labels, cursor, more, err := decodeLabels(&answer{body: body, header: http.Header{"Link": {link}}})
		if err != nil && (labels != nil || more) {
			t.Error("an error comes with labels")
		}
		if !more && cursor != "" || len(cursor) > 4096 {
			t.Errorf("cursor %q", cursor)
		}
	})
}

// what is left of an Outcome when it is compared: kinds and reasons in words.
type summary struct {
	Added, Removed, Held []label.Name
	Failed               map[label.Name]string
}

func summarize(o Outcome) summary {
	s := summary{Added: o.Added, Removed: o.Removed, Held: slices.Sorted(maps.Keys(label.GlobalOf(o.Labels))), Failed: map[label.Name]string{}}
	for _, f := range o.Failed {
		s.Failed[f.Name] = f.Fault.Error()
	}
	return s
}

func TestApply(t *testing.T) {
	names := func(n ...label.Name) []label.Name { return n }
	type trouble = func(w http.ResponseWriter, r *http.Request, n int) bool
	only := func(method string, nth int, do trouble) trouble {
		return func(w http.ResponseWriter, r *http.Request, n int) bool {
			return r.Method == method && (nth == 0 || n == nth) && do(w, r, n)
		}
	}
	hang := func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		<-r.Context().Done()
		return true
	}
	for _, test := range []struct {
		name          string
		held          []label.Name
		before, after trouble
		archived      bool
		change        label.Change
		want          summary
		err           string
		calls         map[string]int
	}{
		{
			name:   "one label costs one write and one read",
			change: label.Change{Add: names("a")},
			want:   summary{Added: names("a"), Held: names("a")},
			calls:  map[string]int{"POST": 1, "GET": 1},
		}, {
			name:   "20 labels cost one write",
			change: label.Change{Add: numbered(20)},
			want:   summary{Added: numbered(20), Held: numbered(20)},
			calls:  map[string]int{"POST": 1, "GET": 1},
		}, {
			name:   "21 labels cost two writes and still one read",
			change: label.Change{Add: numbered(21)},
			want:   summary{Added: numbered(21), Held: numbered(21)},
			calls:  map[string]int{"POST": 2, "GET": 1},
		}, {
			name:   "each remove costs one write",
			held:   names("a", "b", "c"),
			change: label.Change{Add: names("d"), Remove: names("a", "b")},
			want:   summary{Added: names("d"), Removed: names("a", "b"), Held: names("c", "d")},
			calls:  map[string]int{"DELETE": 2, "POST": 1, "GET": 1},
		}, {
			name:   "a name that needs escaping is removed as it is",
			held:   names(`a/b\c%2f+d="é'`),
			change: label.Change{Remove: names(`a/b\c%2f+d="é'`)},
			want:   summary{Removed: names(`a/b\c%2f+d="é'`)},
		}, {
			name:   "what is so already counts as done",
			held:   names("a"),
			change: label.Change{Add: names("a"), Remove: names("b")},
			want:   summary{Added: names("a"), Removed: names("b"), Held: names("a")},
		}, {
			name:   "a full page takes what removes make room for",
			held:   numbered(500),
			change: label.Change{Add: names("a"), Remove: names("label-000")},
			want:   summary{Added: names("a"), Removed: names("label-000"), Held: append(names("a"), numbered(500)[1:]...)},
		}, {
			name:   "a full page takes no more",
			held:   numbered(495),
			change: label.Change{Add: names("a", "b", "c", "d", "e", "f")},
			want: summary{Held: numbered(495), Failed: map[label.Name]string{
				"a": "too_large: page_full", "b": "too_large: page_full", "c": "too_large: page_full",
				"d": "too_large: page_full", "e": "too_large: page_full", "f": "too_large: page_full"}},
		}, {
			name:   "a name that Confluence splits has failed",
			change: label.Change{Add: names("a", "b c")},
			want:   summary{Added: names("a"), Held: names("a", "b", "c"), Failed: map[label.Name]string{"b c": "conflict: name_not_kept"}},
		}, {
			name:   "a label that stays has failed",
			held:   names("a"),
			before: only("DELETE", 0, status(204)),
			change: label.Change{Remove: names("a")},
			want:   summary{Held: names("a"), Failed: map[label.Name]string{"a": "conflict: name_still_held"}},
		}, {
			name:   "a batch that is refused does not stop the next",
			before: only("POST", 1, status(400)),
			change: label.Change{Add: append(numbered(20), "z")},
			want: summary{Added: names("z"), Held: names("z"), Failed: func() map[label.Name]string {
				failed := map[label.Name]string{}
				for _, n := range numbered(20) {
					failed[n] = "bad_request: confluence_refuses"
				}
				return failed
			}()},
			calls: map[string]int{"POST": 2, "GET": 1},
		}, {
			name:   "who may not change the page tries once, and it is looked at whether that is the archive",
			held:   names("a", "b"),
			before: only("DELETE", 0, status(403)),
			change: label.Change{Add: names("c"), Remove: names("a", "b")},
			err:    "forbidden: not_permitted",
			calls:  map[string]int{"DELETE": 1, "GET": 1},
		}, {
			name:     "on an archived page adds are made, and the first refused remove speaks for the others",
			held:     names("a", "b"),
			archived: true,
			change:   label.Change{Add: append(numbered(20), "c"), Remove: names("a", "b")},
			want: summary{Added: append(numbered(20), "c"), Held: append(names("a", "b", "c"), numbered(20)...), Failed: map[label.Name]string{
				"a": "forbidden: archived_content", "b": "forbidden: archived_content"}},
			calls: map[string]int{"DELETE": 1, "POST": 2, "GET": 2},
		}, {
			name:     "with nothing to add, an archived page refuses all",
			held:     names("a", "b"),
			archived: true,
			change:   label.Change{Remove: names("a", "b")},
			err:      "forbidden: archived_content",
			calls:    map[string]int{"DELETE": 1, "GET": 1},
		}, {
			name:     "who may not change an archived page is told that",
			held:     names("a"),
			archived: true,
			before:   only("POST", 0, status(403)),
			change:   label.Change{Add: names("b"), Remove: names("a")},
			err:      "forbidden: not_permitted",
			calls:    map[string]int{"DELETE": 1, "POST": 1, "GET": 1},
		}, {
			name:     "an archive that cannot be asked about is none",
			held:     names("a"),
			archived: true,
			before:   only("GET", 0, status(500)),
			change:   label.Change{Add: names("b"), Remove: names("a")},
			err:      "forbidden: not_permitted",
			calls:    map[string]int{"DELETE": 1, "GET": 1},
		}, {
			name:   "a page that cannot be seen is tried once and nothing else",
			before: only("POST", 0, status(404)),
			change: label.Change{Add: numbered(50)},
			err:    "not_found: no_such_content",
			calls:  map[string]int{"POST": 1},
		}, {
			name:   "who loses the permission halfway learns what was done",
			held:   names("a", "b", "c"),
			before: only("DELETE", 2, status(403)),
			change: label.Change{Add: names("d"), Remove: names("a", "b", "c")},
			want: summary{Removed: names("a"), Held: names("b", "c"), Failed: map[label.Name]string{
				"b": "forbidden: not_permitted", "c": "forbidden: not_permitted", "d": "forbidden: not_permitted"}},
			calls: map[string]int{"DELETE": 2, "GET": 2},
		}, {
			name:   "a write that timed out and took effect is done",
			after:  only("POST", 1, hang),
			change: label.Change{Add: names("a")},
			want:   summary{Added: names("a"), Held: names("a")},
			calls:  map[string]int{"POST": 1, "GET": 1},
		}, {
			name:   "a write that timed out and did not take effect has failed",
			before: only("POST", 1, hang),
			change: label.Change{Add: names("a")},
			want:   summary{Failed: map[label.Name]string{"a": "upstream: timeout"}},
			calls:  map[string]int{"POST": 1, "GET": 1},
		}, {
			name:   "a write that failed and took effect is done",
			after:  only("POST", 0, status(500)),
			change: label.Change{Add: names("a")},
			want:   summary{Added: names("a"), Held: names("a")},
			calls:  map[string]int{"POST": 1, "GET": 1},
		}, {
			name:   "after a failure nothing more is written and all is told",
			held:   names("a", "b"),
			after:  only("DELETE", 0, status(500)),
			change: label.Change{Add: names("c"), Remove: names("a", "b")},
			want: summary{Removed: names("a"), Held: names("b"), Failed: map[label.Name]string{
				"b": "upstream: confluence_failed", "c": "upstream: confluence_failed"}},
			calls: map[string]int{"DELETE": 1, "GET": 1},
		}, {
			name:   "a connection that drops after the write is tried again",
			after:  only("POST", 1, drop),
			change: label.Change{Add: names("a")},
			want:   summary{Added: names("a"), Held: names("a")},
			calls:  map[string]int{"POST": 2, "GET": 1},
		}, {
			name:   "a gateway that fails twice is tried again",
			before: func(w http.ResponseWriter, r *http.Request, n int) bool { return n < 3 && status(502)(w, r, n) },
			change: label.Change{Add: names("a"), Remove: names("b")},
			want:   summary{Added: names("a"), Removed: names("b"), Held: names("a")},
			calls:  map[string]int{"DELETE": 3, "POST": 3, "GET": 3},
		}, {
			name:  "a drop and then a limit may have taken effect, so it is read back",
			after: only("POST", 1, drop),
			before: only("POST", 2, func(w http.ResponseWriter, r *http.Request, n int) bool {
				w.Header().Set("Retry-After", "60")
				return status(429)(w, r, n)
			}),
			change: label.Change{Add: names("a")},
			want:   summary{Added: names("a"), Held: names("a")},
			calls:  map[string]int{"POST": 2, "GET": 1},
		}, {
			name: "a limit before anything was written changes nothing",
			before: func(w http.ResponseWriter, r *http.Request, n int) bool {
				w.Header().Set("Retry-After", "60")
				return status(429)(w, r, n)
			},
			change: label.Change{Add: names("a")},
			err:    "rate_limited: endpoint_limit",
			calls:  map[string]int{"POST": 1},
		}, {
			name:   "a read-back that fails says that it is not known",
			before: only("GET", 0, status(500)),
			change: label.Change{Add: names("a")},
			err:    "upstream: written_not_verified",
			calls:  map[string]int{"POST": 1, "GET": 1},
		}, {
			name:   "a page that is deleted meanwhile says that it is not known",
			before: only("GET", 0, status(404)),
			change: label.Change{Add: names("a")},
			err:    "not_found: written_not_verified",
			calls:  map[string]int{"POST": 1, "GET": 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(test.held...)
				f.before, f.after, f.archived = test.before, test.after, test.archived
				o, err := inBubble(t, f, Options{}).Apply(t.Context(), content(t, "1"), test.change)
				if test.err != "" {
					wantFault(t, err, test.err)
				} else if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, summarize(o), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("outcome (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.calls, f.count); test.calls != nil && diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A Confluence so slow that the time is over halfway: what was done is known
// all the same, and within the time.
func TestApplyKeepsTimeForTheReadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(numbered(20)...)
		f.before = func(http.ResponseWriter, *http.Request, int) bool {
			time.Sleep(time.Second)
			return false
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		o, err := inBubble(t, f, Options{}).Apply(ctx, content(t, "1"), label.Change{Remove: numbered(20)})
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Removed) < 7 || len(o.Removed)+len(o.Failed) != 20 {
			t.Errorf("%d removed, %d failed", len(o.Removed), len(o.Failed))
		}
		for _, failed := range o.Failed {
			wantFault(t, failed.Fault, "upstream: deadline")
		}
	})
}

// However long the writes wait, the read-back has a fifth of the patience.
func TestApplyKeepsPatienceForTheReadBack(t *testing.T) {
	for writeWaits, want := range map[string]struct {
		added int
		took  time.Duration
	}{"4": {1, 5 * time.Second}, "5": {0, time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			f.before = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n > 1 {
					return false
				}
				wait := writeWaits
				if r.Method == http.MethodGet {
					wait = "1"
				}
				w.Header().Set("Retry-After", wait)
				w.WriteHeader(http.StatusServiceUnavailable)
				return true
			}
			began := time.Now()
			o, err := inBubble(t, f, Options{MaxWait: 5 * time.Second}).Apply(t.Context(), content(t, "1"), label.Change{Add: []label.Name{"a"}})
			if err != nil || len(o.Added) != want.added || time.Since(began) != want.took {
				t.Errorf("a write that has to wait %s s: %+v, %v after %v", writeWaits, o, err, time.Since(began))
			}
		})
	}
}

func TestApplyLeavesOtherPrefixesAlone(t *testing.T) {
	f := newFake("red")
	f.held["1"] = append(f.held["1"], label.Label{ID: "9", Prefix: label.My, Name: "favourite"}, label.Label{ID: "8", Prefix: label.Team, Name: "blue"})
	o, err := inBubble(t, f, Options{}).Apply(t.Context(), content(t, "1"), label.Change{Add: []label.Name{"blue"}, Remove: []label.Name{"favourite"}})
	if err != nil {
		t.Fatal(err)
	}
	want := summary{Added: []label.Name{"blue"}, Removed: []label.Name{"favourite"}, Held: []label.Name{"blue", "red"}}
	if diff := cmp.Diff(want, summarize(o), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(o.Labels) != 4 {
		t.Errorf("labels are %v", o.Labels)
	}
}

// Two people on one page, with a client each: no write between another's writes
// and read-back, and nothing lost.
func TestChangesToOnePageGoOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.hold("2")
		f.before = func(http.ResponseWriter, *http.Request, int) bool {
			time.Sleep(10 * time.Millisecond)
			return false
		}
		b := NewBudget(Limits{})
		done := make(chan error)
		for _, n := range numbered(10) {
			for _, id := range []string{"1", "2"} {
				go func() {
					_, err := inBubble(t, f, Options{Budget: b}).Apply(t.Context(), content(t, id), label.Change{Add: []label.Name{n}})
					done <- err
				}()
			}
		}
		began := time.Now()
		for range 20 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(began); took != 200*time.Millisecond {
			t.Errorf("took %v; want 200 ms, 20 ms for each of 10 changes of a page, both pages at once", took)
		}
		for _, id := range []string{"1", "2"} {
			if diff := cmp.Diff(numbered(10), f.names(id)); diff != "" {
				t.Errorf("page %s (-want +got):\n%s", id, diff)
			}
			var order []string
			for _, r := range f.requests {
				if strings.HasSuffix(r, " "+id) {
					order = append(order, strings.Fields(r)[0])
				}
			}
			if want := slices.Repeat([]string{"add", "read"}, 10); !slices.Equal(want, order) {
				t.Errorf("page %s was called in the order %v", id, order)
			}
		}
	})
}

func TestApplyWaitsForAPageOnlySoLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.before = func(w http.ResponseWriter, r *http.Request, n int) bool {
			time.Sleep(7 * time.Second)
			return false
		}
		b := NewBudget(Limits{})
		first := make(chan error)
		go func() {
			_, err := inBubble(t, f, Options{Budget: b}).Apply(t.Context(), content(t, "1"), label.Change{Add: []label.Name{"a"}})
			first <- err
		}()
		synctest.Wait()
		began := time.Now()
		_, err := inBubble(t, f, Options{Budget: b}).Apply(t.Context(), content(t, "1"), label.Change{Add: []label.Name{"b"}})
		if f := wantFault(t, err, "rate_limited: page_busy"); f.RetryAfter == 0 || time.Since(began) > 5*time.Second {
			t.Errorf("retry after %v, gave up after %v", f.RetryAfter, time.Since(began))
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
	})
}

func TestFailuresCarryNoCustomerData(t *testing.T) {
	f := newFake()
	f.before = drop
	c := overSocket(t, f, Options{MaxWait: time.Millisecond})
	_, err := c.Apply(t.Context(), content(t, "4711"), label.Change{Remove: []label.Name{"secret"}})
	for e := err; e != nil; {
		if strings.Contains(e.Error(), "secret") || strings.Contains(e.Error(), "4711") || strings.Contains(e.Error(), "127.0.0.1") {
			t.Errorf("an error in the chain says %q", e)
		}
		u, ok := e.(interface{ Unwrap() error })
		if !ok {
			break
		}
		e = u.Unwrap()
	}
	if kind := fault.Of(err).Kind; kind != fault.Upstream {
		t.Errorf("kind is %s", kind)
	}
}
