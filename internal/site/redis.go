package site

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options is what a Redis URL cannot say.
type Options struct {
	// InsecureTLS accepts any certificate. Heroku's Redis has one that nobody
	// vouches for; the connection is encrypted, but not proved to end there.
	InsecureTLS bool

	// RootCAs vouch for the certificate of Redis; nil means the system's.
	RootCAs *x509.CertPool

	// Wait is how long Redis may take to answer, or to be connected to; 0 means
	// half a second, as long as a request can wait for it.
	Wait time.Duration
}

// usualWait is how long a request waits for each answer.
const usualWait = 500 * time.Millisecond

// NewClient returns a client for a Redis URL. It does not dial: Redis may be
// down. The forms are
//
//	redis://[user:password@]host[:6379][/database]
//	rediss://…                                              the same over TLS
//	unix://[user:password@]/path/to/socket[?db=database]
//	redis+sentinel://[user:password@]host[:26379][,host…]/master[/database][?sentinel_user=…&sentinel_password=…]
//	rediss+sentinel://…                                     the same over TLS
//	redis+cluster://[user:password@]host[:6379][,host…]
//	rediss+cluster://…                                      the same over TLS
//
// User and password are percent-encoded. No error shows any part of the URL,
// for it may be the password.
func NewClient(redisURL string, options Options) (redis.UniversalClient, error) {
	o, err := parseURL(redisURL)
	if err != nil {
		return nil, fmt.Errorf("site: Redis URL: %w", err)
	}
	if o.TLSConfig != nil {
		o.TLSConfig.RootCAs = options.RootCAs
		o.TLSConfig.InsecureSkipVerify = options.InsecureTLS
	} else if options.InsecureTLS {
		return nil, errors.New("site: Redis URL: it has no TLS to be insecure; use a rediss form")
	}

	// A request waits for this: fail fast, and let the caller try again.
	wait := cmp.Or(options.Wait, usualWait)
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = wait, wait, wait, wait
	o.ContextTimeoutEnabled = true
	o.DialerRetries = 1
	o.MaxRetries = 1 // of single commands; for a transaction see Store.watch
	// Small hosted plans allow 20 connections in all.
	o.PoolSize = 6
	o.PipelinePoolSize = -1
	o.Dialer = dialer(o.DialTimeout, o.TLSConfig)
	// Below the 5 minutes after which Heroku's Redis closes what is idle.
	o.ConnMaxIdleTime = 4 * time.Minute
	// Records are small, and memory is counted.
	o.ReadBufferSize = 4 << 10
	o.WriteBufferSize = 4 << 10
	// Nothing of RESP3 is needed, and old servers log its handshake as errors.
	o.Protocol = 2
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}

	muteOnce.Do(func() { redis.SetLogger(mute{}) })
	if o.IsClusterMode {
		// A master that is gone does not make the client look who took over:
		// it would keep asking the dead one for up to a minute.
		cluster := o.Cluster()
		cluster.ClusterStateReloadInterval = time.Second
		return redis.NewClusterClient(cluster), nil
	}
	return redis.NewUniversalClient(o), nil
}

// dialer connects such that go-redis sees before each use whether the other end
// has closed a connection meanwhile: idle for too long, restarted, or no master
// any more. It looks at the socket for that, which a tls.Conn hides. Without it
// every closed connection of the pool would cost somebody a failure, for what
// is written to it is lost and only some of it may be sent again.
func dialer(timeout time.Duration, config *tls.Config) func(ctx context.Context, network, address string) (net.Conn, error) {
	plain := &net.Dialer{Timeout: timeout}
	if config == nil {
		return plain.DialContext
	}
	// The timeout is for the handshake too.
	secure := &tls.Dialer{NetDialer: plain, Config: config}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := secure.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return withSocket(conn), nil
	}
}

// socketConn is a connection by TLS that shows its socket. Only whether there is
// something to read may be asked of that: the bytes are not Redis' answers. If
// there is, nobody asked for it. It is the end of TLS, and a connection on
// which TLS has something else to say is no loss either.
type socketConn struct {
	*tls.Conn
	socket syscall.Conn
}

func (c socketConn) SyscallConn() (syscall.RawConn, error) { return c.socket.SyscallConn() }

// withSocket returns a connection as it is if it hides no socket.
func withSocket(conn net.Conn) net.Conn {
	if secured, ok := conn.(*tls.Conn); ok {
		if socket, ok := secured.NetConn().(syscall.Conn); ok {
			return socketConn{secured, socket}
		}
	}
	return conn
}

// go-redis prints what it retries to standard error, past the log's fixed
// fields. Whatever matters arrives as an error too. Its logger is global and
// not guarded, hence once, before the first client exists.
var muteOnce sync.Once

type mute struct{}

func (mute) Printf(context.Context, string, ...any) {}

// parseURL is not url.Parse, which accepts one host only and quotes what it
// does not understand.
func parseURL(redisURL string) (*redis.UniversalOptions, error) {
	scheme, rest, found := strings.Cut(redisURL, "://")
	if !found {
		return nil, errors.New("it must start with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://")
	}
	rest, rawQuery, _ := strings.Cut(rest, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, errors.New("what follows the ? is not a query")
	}
	authority, path, hasPath := strings.Cut(rest, "/")
	if scheme != "unix" && strings.Contains(path, "@") {
		return nil, errors.New("a / in the user or password must be written as %2F")
	}
	o := &redis.UniversalOptions{}
	hosts := authority
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		hosts = authority[at+1:]
		user, password, _ := strings.Cut(authority[:at], ":")
		var errUser, errPassword error
		o.Username, errUser = url.PathUnescape(user)
		o.Password, errPassword = url.PathUnescape(password)
		if errUser != nil || errPassword != nil {
			return nil, errors.New("a % in the user or password must be written as %25")
		}
	}
	if strings.HasPrefix(scheme, "rediss") {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}

	allowed := []string{}
	switch scheme {
	case "redis", "rediss":
		if o.Addrs, err = addresses(hosts, "6379"); err != nil {
			return nil, err
		}
		if len(o.Addrs) > 1 {
			return nil, errors.New("it names several hosts; use redis+cluster:// or redis+sentinel://")
		}
		if o.DB, err = database(path); err != nil {
			return nil, err
		}
	case "unix":
		if hosts != "" || !hasPath || path == "" {
			return nil, errors.New("a unix form needs an absolute path: unix:///path/to/socket")
		}
		allowed = []string{"db"}
		o.Addrs = []string{"/" + path}
		if o.DB, err = database(query.Get("db")); err != nil {
			return nil, err
		}
	case "redis+sentinel", "rediss+sentinel":
		allowed = []string{"sentinel_user", "sentinel_password"}
		if o.Addrs, err = addresses(hosts, "26379"); err != nil {
			return nil, err
		}
		var db string
		o.MasterName, db, _ = strings.Cut(path, "/")
		if o.MasterName == "" {
			return nil, errors.New("a sentinel form needs the name of the master: redis+sentinel://host/name")
		}
		if o.DB, err = database(db); err != nil {
			return nil, err
		}
		o.SentinelUsername = query.Get("sentinel_user")
		o.SentinelPassword = query.Get("sentinel_password")
	case "redis+cluster", "rediss+cluster":
		if o.Addrs, err = addresses(hosts, "6379"); err != nil {
			return nil, err
		}
		if path != "" {
			return nil, errors.New("a cluster has no databases; leave out what follows the /")
		}
		o.IsClusterMode = true
	default:
		return nil, errors.New("its scheme must be one of redis, rediss, unix, redis+sentinel, rediss+sentinel, redis+cluster, rediss+cluster")
	}
	for _, name := range allowed {
		query.Del(name)
	}
	if len(query) > 0 {
		return nil, errors.New("it has a query parameter that this form does not have")
	}
	return o, nil
}

func addresses(hosts, defaultPort string) ([]string, error) {
	list := strings.Split(hosts, ",")
	if len(list) > 32 {
		return nil, fmt.Errorf("%d hosts, at most 32 are allowed", len(list))
	}
	for i, host := range list {
		port := defaultPort
		// A bare IPv6 address is in brackets too, so a colon after the last
		// bracket starts the port.
		if colon := strings.LastIndex(host, ":"); colon > strings.LastIndex(host, "]") {
			host, port = host[:colon], host[colon+1:]
		}
		if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
			host = host[1 : len(host)-1]
			if net.ParseIP(host) == nil {
				return nil, fmt.Errorf("host %d: what is in the brackets is no IP address", i+1)
			}
		} else if strings.ContainsAny(host, ":[]") {
			return nil, fmt.Errorf("host %d: an IPv6 address must be in brackets", i+1)
		}
		if host == "" {
			return nil, fmt.Errorf("host %d: it has no name", i+1)
		}
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("host %d: the port must be a number from 1 to 65535", i+1)
		}
		list[i] = net.JoinHostPort(host, port)
	}
	return list, nil
}

func database(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, errors.New("the database must be a number from 0 to 65535")
	}
	return int(n), nil
}
