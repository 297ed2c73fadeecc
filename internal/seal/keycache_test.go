package seal

import (
	"crypto/sha256"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheCacheKeepsTheNewestKeysAndOverwritesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newKeyCache(3, time.Hour)
		name := func(i byte) [sha256.Size]byte { return [sha256.Size]byte{i} }
		for i := byte(1); i <= 3; i++ {
			c.put(name(i), dataKey{i})
		}
		first := c.byName[name(1)].Value.(*cachedKey)
		second := c.byName[name(2)].Value.(*cachedKey)
		c.put(name(3), dataKey{33}) // the same again pushes nobody out
		c.put(name(4), dataKey{4})
		for i, want := range map[byte]dataKey{1: {}, 2: {2}, 3: {33}, 4: {4}} {
			if got, ok := c.get(name(i)); got != want || ok != (want != dataKey{}) {
				t.Errorf("key %d is %v, %v", i, got[0], ok)
			}
		}
		if first.key != (dataKey{}) {
			t.Error("the key that was pushed out is still in memory")
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if second.key != (dataKey{}) || c.len() != 0 || c.oldest.Len() != 0 {
			t.Error("after its age a key is still in memory")
		}
	})
}
