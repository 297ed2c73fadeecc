package site

import (
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
)

// form is what a URL says, apart from the timeouts.
type form struct {
	Addrs                              []string
	DB                                 int
	Username, Password                 string
	SentinelUsername, SentinelPassword string
	MasterName                         string
	Cluster, TLS                       bool
}

func formOf(o *redis.UniversalOptions) form {
	return form{o.Addrs, o.DB, o.Username, o.Password, o.SentinelUsername, o.SentinelPassword, o.MasterName, o.IsClusterMode, o.TLSConfig != nil}
}

func TestFormsOfARedisURL(t *testing.T) {
	for _, test := range []struct {
		url  string
		want form
	}{
		{"redis://localhost", form{Addrs: []string{"localhost:6379"}}},
		{"redis://localhost/", form{Addrs: []string{"localhost:6379"}}},
		{"redis://localhost:7000/3", form{Addrs: []string{"localhost:7000"}, DB: 3}},
		{"redis://[::1]", form{Addrs: []string{"[::1]:6379"}}},
		{"redis://[::1]:7000", form{Addrs: []string{"[::1]:7000"}}},
		{"rediss://:p4ss@ec2.example:12345", form{Addrs: []string{"ec2.example:12345"}, Password: "p4ss", TLS: true}},
		{"redis://me:p%40ss%2F%25%3A:x@h", form{Addrs: []string{"h:6379"}, Username: "me", Password: "p@ss/%::x"}},
		{"redis://me:p@ss@h", form{Addrs: []string{"h:6379"}, Username: "me", Password: "p@ss"}},
		{"redis://a+b:c+d@h", form{Addrs: []string{"h:6379"}, Username: "a+b", Password: "c+d"}},
		{"unix:///run/redis.sock", form{Addrs: []string{"/run/redis.sock"}}},
		{"unix://me:p@/run/a@b.sock?db=2", form{Addrs: []string{"/run/a@b.sock"}, Username: "me", Password: "p", DB: 2}},
		{"redis+sentinel://me:p@a,b:7000,[::1]:7001/main/2?sentinel_user=s&sentinel_password=q%26", form{
			Addrs: []string{"a:26379", "b:7000", "[::1]:7001"}, MasterName: "main", DB: 2,
			Username: "me", Password: "p", SentinelUsername: "s", SentinelPassword: "q&",
		}},
		{"rediss+sentinel://a/main", form{Addrs: []string{"a:26379"}, MasterName: "main", TLS: true}},
		{"redis+cluster://a:7000,b", form{Addrs: []string{"a:7000", "b:6379"}, Cluster: true}},
		{"rediss+cluster://:p@a", form{Addrs: []string{"a:6379"}, Password: "p", Cluster: true, TLS: true}},
	} {
		t.Run(test.url, func(t *testing.T) {
			o, err := parseURL(test.url)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, formOf(o)); diff != "" {
				t.Error(diff)
			}
			client, err := NewClient(test.url, Options{})
			if err != nil {
				t.Fatal(err)
			}
			client.Close()
		})
	}
}

func TestFaultsOfARedisURLAreNamedAndShowNothingOfIt(t *testing.T) {
	const prefix = "site: Redis URL: "
	for _, test := range []struct{ url, want string }{
		{"", "it must start with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://"},
		{"hunter2", "it must start with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://"},
		{"hunter2://h", "its scheme must be one of redis, rediss, unix, redis+sentinel, rediss+sentinel, redis+cluster, rediss+cluster"},
		{"redis://", "host 1: it has no name"},
		{"redis://:hunter2@", "host 1: it has no name"},
		{"redis://:hun/ter2@h", "a / in the user or password must be written as %2F"},
		{"redis://:hunter2%zz@h", "a % in the user or password must be written as %25"},
		{"redis://hunter2%zz:x@h", "a % in the user or password must be written as %25"},
		{"redis://x:hunter2", "host 1: the port must be a number from 1 to 65535"},
		{"redis://h:0", "host 1: the port must be a number from 1 to 65535"},
		{"redis://h:65536", "host 1: the port must be a number from 1 to 65535"},
		{"redis://::1", "host 1: an IPv6 address must be in brackets"},
		{"redis://[hunter2]:1", "host 1: what is in the brackets is no IP address"},
		{"redis://a,b", "it names several hosts; use redis+cluster:// or redis+sentinel://"},
		{"redis://h/hunter2", "the database must be a number from 0 to 65535"},
		{"redis://h/-1", "the database must be a number from 0 to 65535"},
		{"redis://h?hunter2=1", "it has a query parameter that this form does not have"},
		{"redis://h?db=1", "it has a query parameter that this form does not have"},
		{"redis://h?hunter2=%zz", "what follows the ? is not a query"},
		{"unix://", "a unix form needs an absolute path: unix:///path/to/socket"},
		{"unix:///", "a unix form needs an absolute path: unix:///path/to/socket"},
		{"unix://run/redis.sock", "a unix form needs an absolute path: unix:///path/to/socket"},
		{"unix:///s?db=x", "the database must be a number from 0 to 65535"},
		{"redis+sentinel://h", "a sentinel form needs the name of the master: redis+sentinel://host/name"},
		{"redis+sentinel://h,:1/main", "host 2: it has no name"},
		{"redis+sentinel://h/main/x", "the database must be a number from 0 to 65535"},
		{"redis+cluster://a,", "host 2: it has no name"},
		{"redis+cluster://a/1", "a cluster has no databases; leave out what follows the /"},
		{"redis+cluster://" + strings.Repeat("a,", 32) + "a", "33 hosts, at most 32 are allowed"},
	} {
		t.Run(test.url, func(t *testing.T) {
			client, err := NewClient(test.url, Options{})
			if err == nil || client != nil {
				t.Fatal("it was accepted")
			}
			if diff := cmp.Diff(prefix+test.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := NewClient("redis://h", Options{InsecureTLS: true}); err == nil || !strings.Contains(err.Error(), "use a rediss form") {
		t.Errorf("insecure TLS without TLS: %v", err)
	}
}

// FuzzParseURL holds that what is accepted can be dialled, and that no error
// shows a word of the URL that its own text does not have.
func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{"redis://me:hunter2@h:1/2", "unix:///s?db=1", "redis+sentinel://a,b/main", "redis+cluster://[::1]:7,b", "rediss://:hun/ter2@h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := parseURL(strings.Replace(text, "://", "://hunter2:hunter2", 1))
		if err != nil {
			if strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("the error shows the password: %v", err)
			}
			return
		}
		if len(o.Addrs) == 0 || o.DB < 0 {
			t.Fatalf("accepted without an address: %+v", formOf(o))
		}
		for _, addr := range o.Addrs {
			if host, port, err := net.SplitHostPort(addr); addr[0] != '/' && (err != nil || host == "" || port == "") {
				t.Fatalf("accepted the address %q", addr)
			}
		}
	})
}
