package suggest

import "hash/maphash"

// numbering numbers keys from 0 in the order in which they come. It is a map that
// does no more than that, for a request has a hundred thousand terms to number.
// Which slot a key takes is drawn anew each time, so that nobody can send keys that
// all take the same; no answer depends on it.
type numbering struct {
	keys   []uint64
	slots  []uint32 // one more than a number, 0 if free; a key is in its slot or behind it
	factor uint64
	shift  int
}

// fewestSlots is the least number of slots as a power of 2.
const fewestSlots = 11

func newNumbering(expected int) numbering {
	bits := fewestSlots
	for 1<<bits < 2*expected {
		bits++
	}
	n := numbering{keys: make([]uint64, 0, 1<<bits/2), factor: maphash.String(maphash.MakeSeed(), "slots") | 1}
	n.makeSlots(bits)
	return n
}

func (n *numbering) makeSlots(bits int) { n.slots, n.shift = make([]uint32, 1<<bits), 64-bits }

// slot is where a key is, or the free slot where it may be put.
func (n *numbering) slot(key uint64) int {
	at := int(key * n.factor >> n.shift) //nolint:gosec // it is below the number of slots
	for n.slots[at] != 0 && n.keys[n.slots[at]-1] != key {
		at = (at + 1) & (len(n.slots) - 1)
	}
	return at
}

// find returns the number of a key, and whether it has one.
func (n *numbering) find(key uint64) (uint32, bool) {
	number := n.slots[n.slot(key)]
	return number - 1, number != 0
}

// number returns the number of a key, a new one if it has none.
func (n *numbering) number(key uint64) (number uint32, isNew bool) {
	at := n.slot(key)
	if n.slots[at] != 0 {
		return n.slots[at] - 1, false
	}
	n.keys = append(n.keys, key)
	n.slots[at] = uint32(len(n.keys)) //nolint:gosec // a request holds some megabytes
	if 2*len(n.keys) > len(n.slots) {
		n.makeSlots(65 - n.shift)
		for i, key := range n.keys {
			n.slots[n.slot(key)] = uint32(i + 1)
		}
	}
	return uint32(len(n.keys) - 1), true //nolint:gosec // as above
}

// forget takes the numbers from so many on back.
func (n *numbering) forget(from int) {
	for last := len(n.keys) - 1; last >= from; last-- { // the last one first: nothing was put behind it
		n.slots[n.slot(n.keys[last])] = 0
		n.keys = n.keys[:last]
	}
}
