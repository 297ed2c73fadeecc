package order

import (
	"cmp"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestEqualElementsStayAsTheyCame(t *testing.T) {
	var got, want []string
	for n := range 100 {
		got = append(got, string(rune('a'+n%3))+string(rune('0'+n)))
	}
	for class := range 3 {
		for n := class; n < 100; n += 3 {
			want = append(want, got[n])
		}
	}
	By(got, func(a, b *string) int { return cmp.Compare((*a)[0], (*b)[0]) })
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("order differs (-want +got):\n%s", diff)
	}
}
