package seal

import (
	"container/list"
	"crypto/sha256"
	"sync"
	"time"
)

type dataKey [keySize]byte

// keyCache holds opened data keys, the newest up to a number, each up to an
// age. A key that is too old is not found any more, and is overwritten and
// dropped within a minute, whether or not anybody asks. It is safe for
// concurrent use.
type keyCache struct {
	limit int
	age   time.Duration

	mu       sync.Mutex
	byName   map[[sha256.Size]byte]*list.Element
	oldest   *list.List // of *cachedKey, in the order in which they were put
	sweeping bool       // a timer runs
}

type cachedKey struct {
	name [sha256.Size]byte
	key  dataKey
	ends time.Time
}

func newKeyCache(limit int, age time.Duration) *keyCache {
	return &keyCache{limit: limit, age: age, byName: make(map[[sha256.Size]byte]*list.Element), oldest: list.New()}
}

func (c *keyCache) get(name [sha256.Size]byte) (dataKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.byName[name]
	if !ok {
		return dataKey{}, false
	}
	cached := element.Value.(*cachedKey) //nolint:forcetypeassert // the list holds nothing else
	if !time.Now().Before(cached.ends) {
		return dataKey{}, false
	}
	return cached.key, true
}

func (c *keyCache) put(name [sha256.Size]byte, key dataKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.byName[name]; ok {
		c.drop(element)
	}
	for len(c.byName) >= c.limit {
		c.drop(c.oldest.Front())
	}
	c.byName[name] = c.oldest.PushBack(&cachedKey{name: name, key: key, ends: time.Now().Add(c.age)})
	if !c.sweeping {
		c.sweeping = true
		time.AfterFunc(c.age, c.sweep)
	}
}

// sweep drops what is too old, and comes again for the next one.
func (c *keyCache) sweep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for element := c.oldest.Front(); element != nil; element = c.oldest.Front() {
		left := time.Until(element.Value.(*cachedKey).ends) //nolint:forcetypeassert // the list holds nothing else
		if left > 0 {
			// At most once a minute: every site has its own time.
			time.AfterFunc(max(left, time.Minute), c.sweep)
			return
		}
		c.drop(element)
	}
	c.sweeping = false
}

func (c *keyCache) drop(element *list.Element) {
	cached := c.oldest.Remove(element).(*cachedKey) //nolint:forcetypeassert // the list holds nothing else
	delete(c.byName, cached.name)
	clear(cached.key[:])
}

func (c *keyCache) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.byName)
}
