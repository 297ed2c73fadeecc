package label

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"labelup/internal/fault"
)

func TestNewChange(t *testing.T) {
	for _, test := range []struct {
		name        string
		add, remove []string
		want        Change
		err         *Error
	}{
		{
			name: "names to add are parsed",
			add:  []string{"To do", "RED"},
			want: Change{Add: []Name{"to-do", "red"}},
		}, {
			name:   "names to remove stay as Confluence spells them",
			remove: []string{"cafe\u0301"},
			want:   Change{Remove: []Name{"cafe\u0301"}},
		}, {
			name: "a name asked for twice counts once and order stays",
			add:  []string{"b", "a", "B", "b "}, remove: []string{"d", "c", "d"},
			want: Change{Add: []Name{"b", "a"}, Remove: []Name{"d", "c"}},
		}, {
			name: "nothing at all is refused",
			err:  &Error{Reason: NothingAsked},
		}, {
			name: "a bad name to add is shown by its place",
			add:  []string{"a", "b", "c#"},
			err:  &Error{Reason: Forbidden, Character: '#', List: "add", Index: 2},
		}, {
			name: "a bad name to remove is shown by its place",
			add:  []string{"a"}, remove: []string{"b", ""},
			err: &Error{Reason: Empty, List: "remove", Index: 1},
		}, {
			name: "a name in both lists is refused",
			add:  []string{"a", "red"}, remove: []string{"b", "red"},
			err: &Error{Reason: AddedAndRemoved, List: "remove", Index: 1},
		}, {
			name: "a name in both lists is refused in another spelling",
			add:  []string{"Red"}, remove: []string{"rED"},
			err: &Error{Reason: AddedAndRemoved, List: "remove", Index: 0},
		}, {
			name: "the most that a change can have is a change",
			add:  many(0, MaxPerChange), remove: many(100, MaxPerChange),
			want: Change{Add: parsed(many(0, MaxPerChange)), Remove: parsed(many(100, MaxPerChange))},
		}, {
			name: "one more add is too many",
			add:  many(0, MaxPerChange+1),
			err:  &Error{Reason: TooMany, List: "add", Index: MaxPerChange + 1},
		}, {
			name:   "one more remove is too many",
			remove: many(0, MaxPerChange+1),
			err:    &Error{Reason: TooMany, List: "remove", Index: MaxPerChange + 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := NewChange(test.add, test.remove)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("change (-want +got):\n%s", diff)
			}
			checkError(t, err, test.err)
		})
	}
}

func TestTooManyIsTooLarge(t *testing.T) {
	_, err := NewChange(many(0, MaxPerChange+1), nil)
	if f := fault.Of(err); f.Kind != fault.TooLarge {
		t.Errorf("fault is %v", f)
	}
}

func TestBatchesFitIntoOneRequestEach(t *testing.T) {
	for _, test := range []struct {
		names int
		want  []int
	}{{0, nil}, {1, []int{1}}, {20, []int{20}}, {21, []int{20, 1}}, {50, []int{20, 20, 10}}} {
		change := Change{Add: parsed(many(0, test.names))}
		var sizes []int
		var all []Name
		for _, batch := range change.Batches() {
			sizes = append(sizes, len(batch))
			all = append(all, batch...)
		}
		if diff := cmp.Diff(test.want, sizes); diff != "" {
			t.Errorf("%d names (-want +got):\n%s", test.names, diff)
		}
		if diff := cmp.Diff(change.Add, all, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%d names are not the same in batches:\n%s", test.names, diff)
		}
	}
}

func TestMinimalKeepsWhatIsStillToDo(t *testing.T) {
	change := Change{Add: []Name{"a", "b"}, Remove: []Name{"c", "d"}}
	want := Change{Add: []Name{"b"}, Remove: []Name{"c"}}
	if diff := cmp.Diff(want, change.Minimal(NewSet("a", "c", "x"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if left := change.Minimal(NewSet("a", "b")); len(left.Add)+len(left.Remove) > 0 {
		t.Errorf("of a change that is done there is left %v", left)
	}
}

// What has to hold for every change and every page, on many random ones.
func TestLawsOfChange(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func() Set {
		s := Set{}
		for range random.IntN(8) {
			s[Name(fmt.Sprintf("n%d", random.IntN(10)))] = struct{}{}
		}
		return s
	}
	// What Confluence makes of a page's labels.
	applied := func(c Change, before Set) Set {
		after := maps.Clone(before)
		for _, n := range c.Remove {
			delete(after, n)
		}
		for _, n := range c.Add {
			after[n] = struct{}{}
		}
		return after
	}
	for range 500 {
		before, add := pick(), pick()
		change := Change{Add: slices.Sorted(maps.Keys(add))}
		for n := range pick() {
			if !add.Has(n) {
				change.Remove = append(change.Remove, n)
			}
		}
		done, minimal := applied(change, before), change.Minimal(before)
		law := func(name string, want, got Set) {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s: %v on %v (-want +got):\n%s", name, change, before, diff)
			}
		}
		law("the minimal change does the same", done, applied(minimal, before))
		law("the minimal change turned around undoes it", before, applied(Change{Add: minimal.Remove, Remove: minimal.Add}, done))
		if left := change.Minimal(done); len(left.Add)+len(left.Remove) > 0 {
			t.Fatalf("something is left to do after applying: %v", left)
		}
	}
}

func FuzzNewChange(f *testing.F) {
	f.Add("Red", "to do", "Red", "blue")
	f.Add("e\u0301", "é", "é", "e\u0301")
	f.Fuzz(func(t *testing.T, add1, add2, remove1, remove2 string) {
		change, err := NewChange([]string{add1, add2}, []string{remove1, remove2})
		if err != nil {
			return
		}
		all := slices.Concat(change.Add, change.Remove)
		if len(NewSet(all...)) != len(all) {
			t.Errorf("a name is there twice: %q", change)
		}
		for _, n := range change.Add {
			if again, err := Parse(string(n)); err != nil || again != n {
				t.Errorf("%q is not a parsed name", n)
			}
		}
	})
}

func many(from, n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("label-%d", from+i)
	}
	return texts
}

func parsed(texts []string) []Name {
	var names []Name
	for _, text := range texts {
		names = append(names, Name(text))
	}
	return names
}
