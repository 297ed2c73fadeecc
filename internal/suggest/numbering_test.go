package suggest

import (
	"math/rand/v2"
	"testing"
)

func TestANumberingNumbersAsAMapWouldAndForgetsWhatCameLast(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	n, want, order := newNumbering(0), map[uint64]uint32{}, []uint64{}
	for range 200 {
		for range random.IntN(200) {
			key := random.Uint64N(5000) << 40 // many keys that have their low bits in common
			got, isNew := n.number(key)
			number, known := want[key]
			if !known {
				number = uint32(len(order))
				want[key] = number
				order = append(order, key)
			}
			if got != number || isNew == known {
				t.Fatalf("%d has the number %d (new: %v), want %d", key, got, isNew, number)
			}
		}
		keep := len(order) - random.IntN(min(len(order), 50)+1)
		for _, key := range order[keep:] {
			delete(want, key)
		}
		order = order[:keep]
		n.forget(keep)
		for key := range uint64(5000) {
			got, ok := n.find(key << 40)
			if number, known := want[key<<40]; ok != known || ok && got != number {
				t.Fatalf("%d is found as %d (%v), want %d (%v)", key, got, ok, number, known)
			}
		}
	}
	if len(order) < 2000 {
		t.Errorf("%d keys only were numbered", len(order))
	}
}
