package handlers

import (
	"sync"

	"labelup/internal/fault"
)

// Bounds of the request bodies that one process has in hand, over all routes, in
// bytes.
const (
	maxInHand        = 22 << 20
	maxInHandOfOwner = 6 << 20 // one of the largest bodies, and half of another

	// leftForLittle is taken by nobody who then holds more than little: changes of
	// labels, an uninstall and usual suggestions find room beside any number of
	// large bodies that have come whole.
	leftForLittle = 6 << 20
	little        = 1 << 20

	// leastInHand is counted for a body as soon as it is waited for, and for a
	// request as soon as it calls Confluence, so that the bytes bound the number
	// too: to 352 of the 500 connections that may be open, and 96 of one owner.
	// Nobody keeps the rest busy by sending nothing, or by asking a site that is slow.
	leastInHand = 64 << 10
)

// inHand is the bodies that are in memory, as far as they have come. Each has an
// owner: a site, its lifecycle calls, or all calls that Atlassian's own key is to
// prove (see bodyOwner). Where there is no room, that of
// the owner who holds most is cut off for one who holds less: however many take
// what they can get, each holds as much as the others, and one who comes late
// finds room. What has come whole is not cut off.
type inHand struct {
	mu     sync.Mutex
	bytes  int64 // over all
	owners map[string]*owner
}

// owner is who has a body in hand. It is forgotten with the last.
type owner struct {
	bytes    int64
	arriving map[*incoming]bool
}

func newInHand() *inHand { return &inHand{owners: map[string]*owner{}} }

// hold counts so many bytes for a body that is arriving. If they are too many it
// returns a fault, and the same one ever after: RateLimited if the owner holds
// more than its share, Unavailable if all together do.
func (h *inHand) hold(b *incoming, bytes int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if b.refused != nil || bytes <= b.bytes {
		return b.refused
	}
	o := h.owners[b.owner]
	if o == nil {
		o = &owner{arriving: map[*incoming]bool{}}
	}
	more := bytes - b.bytes
	if b.refused = h.makeRoom(o, more); b.refused != nil {
		return b.refused
	}
	h.owners[b.owner] = o
	o.arriving[b] = true
	o.bytes += more
	h.bytes += more
	b.bytes = bytes
	return nil
}

func (h *inHand) makeRoom(o *owner, more int64) error {
	if o.bytes+more > maxInHandOfOwner {
		return tooMuch(fault.RateLimited, "site_has_too_much_in_hand")
	}
	room := int64(maxInHand)
	if o.bytes+more > little {
		room -= leftForLittle
	}
	for h.bytes+more > room {
		most := o.bytes + more
		var largest *incoming
		for _, other := range h.owners {
			if other.bytes > most && len(other.arriving) > 0 {
				most, largest = other.bytes, other.largest()
			}
		}
		if largest == nil {
			return tooMuch(fault.Unavailable, "too_much_in_hand")
		}
		h.drop(largest)
		largest.refused = tooMuch(fault.RateLimited, "site_has_too_much_in_hand")
		largest.interrupt()
	}
	return nil
}

func (o *owner) largest() (largest *incoming) {
	for b := range o.arriving {
		if largest == nil || b.bytes > largest.bytes {
			largest = b
		}
	}
	return largest
}

// arrived says that a body has come whole, or as far as it will. It returns a
// fault if it was cut off.
func (h *inHand) arrived(b *incoming) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if o := h.owners[b.owner]; o != nil {
		delete(o.arriving, b)
	}
	return b.refused
}

// release gives back what a body holds.
func (h *inHand) release(b *incoming) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(b)
}

func (h *inHand) drop(b *incoming) {
	if b.bytes == 0 {
		return
	}
	o := h.owners[b.owner]
	delete(o.arriving, b)
	h.bytes -= b.bytes
	if o.bytes -= b.bytes; o.bytes == 0 {
		delete(h.owners, b.owner)
	}
	b.bytes = 0
}
