package connect

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestCallersShareWhatThereIs(t *testing.T) {
	address := func(n int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{203, 0, byte(n >> 8), byte(n)}), 32)
	}
	for name, test := range map[string]struct {
		callers int
		each    int // places that each gets who wants all of 64
	}{
		"one caller":           {1, 8},
		"three callers":        {3, 6},
		"twenty callers":       {20, 2},
		"as many as there are": {63, 1},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAdmission(maxUnproved)
			held := map[int]int{}
			var leaving []func()
			for range maxUnproved {
				for n := range test.callers {
					if leave, ok := a.enter(address(n)); ok {
						leaving = append(leaving, leave)
						held[n]++
					}
				}
			}
			for n := range test.callers {
				if held[n] < test.each || held[n] > test.each+1 {
					t.Errorf("caller %d holds %d, want %d", n, held[n], test.each)
				}
			}
			leave, ok := a.enter(address(-1))
			if !ok {
				t.Fatal("there is no place for another")
			}
			leave()
			for _, leave := range leaving {
				leave()
			}
			if a.free != maxUnproved || len(a.held) != 0 {
				t.Errorf("%d are free, %d callers are remembered", a.free, len(a.held))
			}
		})
	}
}

func TestWhoComesAfterCallersThatTookAllTheyCouldFindsAPlace(t *testing.T) {
	a := newAdmission(maxUnproved)
	for n := range 21 {
		from := netip.PrefixFrom(netip.AddrFrom4([4]byte{203, 0, 113, byte(n)}), 32)
		for a.held[from] <= maxUnproved {
			if _, ok := a.enter(from); !ok {
				break
			}
		}
		if held := a.held[from]; held == 0 || held > maxUnproved/8 {
			t.Errorf("caller %d holds %d places, with %d free", n, held, a.free)
		}
	}
	if a.free == 0 {
		t.Error("there is no place for another")
	}
}

func TestCallersAreToldApartByTheirAddress(t *testing.T) {
	for name, test := range map[string]struct {
		router    bool
		remote    string
		forwarded []string
		want      string // "" for one whose address cannot be read
	}{
		"of a connection":                         {remote: "192.0.2.1:4711", want: "192.0.2.1/32"},
		"whatever a caller says without a router": {remote: "192.0.2.1:4711", forwarded: []string{"198.51.100.7"}, want: "192.0.2.1/32"},
		"of a connection by IPv6":                 {remote: "[2001:db8:1:2:3:4:5:6]:4711", want: "2001:db8:1:2::/64"},
		"IPv4 in IPv6":                            {remote: "[::ffff:192.0.2.1]:4711", want: "192.0.2.1/32"},
		"with a zone":                             {remote: "[fe80::1%eth0]:4711", want: "fe80::/64"},
		"by the router":                           {router: true, remote: "10.0.0.1:1", forwarded: []string{"198.51.100.7"}, want: "198.51.100.7/32"},
		"the last hop":                            {router: true, remote: "10.0.0.1:1", forwarded: []string{"203.0.113.1, 198.51.100.7"}, want: "198.51.100.7/32"},
		"the last hop of the last header":         {router: true, remote: "10.0.0.1:1", forwarded: []string{"203.0.113.1", "203.0.113.2,198.51.100.7"}, want: "198.51.100.7/32"},
		"by the router, of IPv6":                  {router: true, remote: "10.0.0.1:1", forwarded: []string{"2001:db8:1:2:3::"}, want: "2001:db8:1:2::/64"},
		"by the router, with a port":              {router: true, remote: "10.0.0.1:1", forwarded: []string{"198.51.100.7:80"}, want: "198.51.100.7/32"},
		"past the router":                         {router: true, remote: "10.0.0.1:1"},
		"a last hop that is none":                 {router: true, remote: "10.0.0.1:1", forwarded: []string{"198.51.100.7, unknown"}},
		"an empty last hop":                       {router: true, remote: "10.0.0.1:1", forwarded: []string{"198.51.100.7,"}},
		"a connection without an address":         {remote: "@"},
	} {
		t.Run(name, func(t *testing.T) {
			a := &App{behindRouter: test.router}
			r := httptest.NewRequest("POST", "/installed", nil)
			r.RemoteAddr = test.remote
			r.Header["X-Forwarded-For"] = test.forwarded
			want := netip.Prefix{}
			if test.want != "" {
				want = netip.MustParsePrefix(test.want)
			}
			if got := a.callerAddress(r); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
