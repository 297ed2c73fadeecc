package connect

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
)

// maxUnproved bounds the calls in hand that only a key server can prove. Each
// holds a request's head and what is used of a body: 100 KB at the very most. The
// service counts 64 KiB for each, and leaves room for those that are proved.
const maxUnproved = 64

// maxOfFree is what part of the places that are left free a caller may hold.
const maxOfFree = 8

// admission bounds what callers have in hand of whom nothing is proved. A caller
// may hold one place, and more up to an eighth of those that are left free, so
// that few callers hold much and many hold little: one who wants all of 64 places
// gets 8, and 20 get 2 or 3 each and leave 16. If they come one after the other,
// and each takes what it can, the first hold more and the last less: 20 leave 2.
//
// It is the rule of dynamic thresholds for shared buffers: Choudhury and Hahne,
// "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches", 1998.
type admission struct {
	mu   sync.Mutex
	free int
	held map[netip.Prefix]int
}

func newAdmission(places int) *admission {
	return &admission{free: places, held: map[netip.Prefix]int{}}
}

// enter takes a place for a caller, until leave. It returns false if the caller
// holds as many as it may.
func (a *admission) enter(from netip.Prefix) (leave func(), ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.free == 0 || maxOfFree*a.held[from] >= a.free {
		return nil, false
	}
	a.free--
	a.held[from]++
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.free++
		if a.held[from]--; a.held[from] == 0 {
			delete(a.held, from)
		}
	}, true
}

// callerAddress is who is calling, as far as the network can tell: one IPv4
// address, or the 64 bits of an IPv6 address that one caller has to itself. All
// whose address cannot be read are one caller.
func (a *App) callerAddress(r *http.Request) netip.Prefix {
	address := r.RemoteAddr
	if a.behindRouter {
		// A caller may send any hops before; only the last is the router's.
		hops := strings.Join(r.Header["X-Forwarded-For"], ",")
		address = strings.TrimSpace(hops[strings.LastIndexByte(hops, ',')+1:])
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		withPort, err := netip.ParseAddrPort(address)
		if err != nil {
			return netip.Prefix{}
		}
		ip = withPort.Addr()
	}
	bits := 64
	if ip = ip.Unmap(); ip.Is4() {
		bits = 32
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
