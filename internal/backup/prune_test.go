package backup_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/backup"
	"labelup/internal/seal"
	"labelup/internal/site"
)

func TestPruneDeletesWhatIsTooOldAndNeverTheNewestCompleteOne(t *testing.T) {
	const day = 24 * time.Hour
	s := localSealer(t, 1)
	name := func(daysAgo int) string {
		return "sites-" + morning.Add(-time.Duration(daysAgo)*day).Format("20060102T150405Z") + ".backup"
	}
	names := func(daysAgo ...int) []string {
		var list []string
		for _, days := range daysAgo {
			list = append(list, name(days))
		}
		return list
	}
	tests := []struct {
		name   string
		ages   []int                              // of the backups, in days
		damage map[int]func(object []byte) []byte // by age
		want   []int                              // deleted, the newest first
	}{
		{"none", nil, nil, nil},
		{"all young", []int{0, 1, 29}, nil, nil},
		{"the last day goes hours before its end", []int{0, 29, 30}, nil, []int{30}},
		{"what should have gone before goes, too", []int{0, 29, 30, 31, 32}, nil, []int{30, 31, 32}},
		{"all old", []int{31, 32, 400}, nil, []int{32, 400}},
		{"one, and old", []int{400}, nil, nil},
		{"the newest is empty", []int{31, 32, 33}, map[int]func([]byte) []byte{31: func([]byte) []byte { return nil }}, []int{31, 33}},
		{"the newest is no backup", []int{31, 32, 33}, map[int]func([]byte) []byte{31: func([]byte) []byte { return []byte("x\n") }}, []int{31, 33}},
		{"the newest is only a header", []int{31, 32}, map[int]func([]byte) []byte{31: func(o []byte) []byte { return o[:slices.Index(o, '\n')+1] }}, []int{31}},
		{"the newest ends within a tag", []int{31, 32}, map[int]func([]byte) []byte{31: func(o []byte) []byte { return o[:slices.Index(o, '\n')+17-1] }}, []int{31}},
		{"a young one is empty and the others are old", []int{1, 32, 33}, map[int]func([]byte) []byte{1: func([]byte) []byte { return nil }}, []int{33}},
		{"the newest is damaged inside", []int{31, 32, 33}, map[int]func([]byte) []byte{31: func(o []byte) []byte { o[len(o)-20] ^= 1; return o }}, []int{31, 33}},
		{"none is complete", []int{31, 32}, map[int]func([]byte) []byte{31: func([]byte) []byte { return nil }, 32: func([]byte) []byte { return nil }}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBucket()
			b.objects["notes.txt"] = []byte("x")
			for _, age := range test.ages {
				written(t, b, s, morning.Add(-time.Duration(age)*day), record(1, 10))
			}
			for age, damage := range test.damage {
				b.objects[name(age)] = damage(b.objects[name(age)])
			}
			deleted, err := backup.Prune(t.Context(), b, s, 30*day, morning)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(names(test.want...), deleted); diff != "" {
				t.Error(diff)
			}
			left := []string{"notes.txt"}
			for _, age := range test.ages {
				if !slices.Contains(test.want, age) {
					left = append(left, name(age))
				}
			}
			slices.Sort(left)
			if diff := cmp.Diff(left, b.names()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPruneDeletesNothingUnlessTheNewestIsKnownToHoldTheSites(t *testing.T) {
	for name, test := range map[string]struct {
		newest []site.Entry
		change func(b *bucket, newest string)
		sealer sealer
		want   error
	}{
		"Redis was lost": {nil, nil, localSealer(t, 1), backup.ErrEmpty},
		"a newer program wrote it": {nil, func(b *bucket, newest string) {
			b.objects[newest] = []byte(`{"format":"labelup-backup","version":2}` + "\n")
		}, localSealer(t, 1), backup.ErrVersion},
		"its key is not set":           {[]site.Entry{record(1, 10)}, nil, localSealer(t, 2), seal.ErrUnknownKey},
		"it holds the sites":           {[]site.Entry{record(1, 10)}, nil, localSealer(t, 1), nil},
		"the last site was erased now": {[]site.Entry{erasure(1, 11)}, nil, localSealer(t, 1), nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBucket()
			old := written(t, b, localSealer(t, 1), morning.AddDate(0, 0, -40), record(1, 10)).Name
			newest := written(t, b, localSealer(t, 1), morning, test.newest...).Name
			if test.change != nil {
				test.change(b, newest)
			}
			var want []string
			if test.want == nil {
				want = []string{old}
			}
			deleted, err := backup.Prune(t.Context(), b, test.sealer, 30*24*time.Hour, morning)
			if !errors.Is(err, test.want) || cmp.Diff(want, deleted) != "" || len(b.objects) != 2-len(want) {
				t.Errorf("deleted %v, %v", deleted, err)
			}
		})
	}
}

func TestPruneTakesABackupThatIsDatedAheadForNoNewestAndNoYoungOne(t *testing.T) {
	const hour = time.Hour
	year := morning.AddDate(1, 0, 0).Sub(morning)
	type made struct {
		at      time.Duration // from now
		entries []site.Entry
		damaged bool
	}
	full, empty, gone := []site.Entry{record(1, 10)}, []site.Entry(nil), []site.Entry{erasure(1, 11)}
	for name, test := range map[string]struct {
		made    []made // the newest first
		deleted []int
		want    error
	}{
		"beside one that is whole":             {[]made{{year, full, false}, {-hour, full, false}}, []int{0}, nil},
		"and what is too old goes with it":     {[]made{{year, full, false}, {-hour, full, false}, {-960 * hour, full, false}}, []int{0, 2}, nil},
		"though it holds nothing":              {[]made{{year, empty, false}, {-hour, full, false}, {-960 * hour, full, false}}, []int{0, 2}, nil},
		"by more than a clock can be late":     {[]made{{25 * hour, full, false}, {-hour, full, false}}, []int{0}, nil},
		"by what a clock that is late makes":   {[]made{{23 * hour, full, false}, {-hour, full, false}}, nil, nil},
		"and is no newest one":                 {[]made{{23 * hour, full, false}, {-hour, full, true}, {-960 * hour, full, false}}, nil, nil},
		"where it is the only one":             {[]made{{year, full, false}}, nil, nil},
		"where the only other is ahead, too":   {[]made{{2 * year, full, false}, {year, full, false}}, nil, nil},
		"where the only other is damaged":      {[]made{{year, full, false}, {-hour, full, true}}, nil, nil},
		"where it alone has what Redis lost":   {[]made{{year, full, false}, {-hour, empty, false}}, nil, backup.ErrEmpty},
		"where the last site was erased since": {[]made{{year, full, false}, {-hour, gone, false}}, []int{0}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := newBucket(), localSealer(t, 1)
			var names, want []string
			for _, m := range test.made {
				name := written(t, b, s, morning.Add(m.at), m.entries...).Name
				if m.damaged {
					b.objects[name] = nil
				}
				names = append(names, name)
			}
			for _, i := range test.deleted {
				want = append(want, names[i])
			}
			deleted, err := backup.Prune(t.Context(), b, s, 30*24*hour, morning)
			if !errors.Is(err, test.want) || cmp.Diff(want, deleted) != "" || len(b.objects) != len(names)-len(want) {
				t.Errorf("deleted %v, %v", deleted, err)
			}
		})
	}
}

func TestPruneDeletesNothingWhileTheBucketCannotBeRead(t *testing.T) {
	s := localSealer(t, 1)
	for name, change := range map[string]func(*bucket){
		"it does not list":      func(b *bucket) { b.listErr = errBucket },
		"it does not open":      func(b *bucket) { b.getErr = errBucket },
		"the connection breaks": func(b *bucket) { b.cutGet = 50 },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBucket()
			written(t, b, s, morning, record(1, 10))
			written(t, b, s, morning.AddDate(0, 0, -40), record(1, 10))
			change(b)
			deleted, err := backup.Prune(t.Context(), b, s, 30*24*time.Hour, morning)
			if !errors.Is(err, errBucket) || deleted != nil || len(b.objects) != 2 {
				t.Errorf("deleted %v, %v", deleted, err)
			}
		})
	}
}

func TestPruneGoesOnWhereOneBackupCannotBeDeleted(t *testing.T) {
	b, s := newBucket(), localSealer(t, 1)
	written(t, b, s, morning, record(1, 10))
	stays := written(t, b, s, morning.AddDate(0, 0, -40), record(1, 10)).Name
	goes := written(t, b, s, morning.AddDate(0, 0, -41), record(1, 10)).Name
	b.deleteErr = map[string]error{stays: errBucket}
	deleted, err := backup.Prune(t.Context(), b, s, 30*24*time.Hour, morning)
	if !errors.Is(err, errBucket) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{goes}, deleted); diff != "" {
		t.Error(diff)
	}
}
