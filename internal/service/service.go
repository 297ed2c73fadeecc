// Package service puts the service together from its settings: what
// `labelup serve` runs, and the development program beside its local Confluence.
// It also opens the parts that the commands for operators and for support work
// with, so that they see what the service sees.
//
// It decides nothing about labels, tokens or sites, which is left to the packages
// that it joins. It must not import what only development has: whatever is here
// is deployed.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"syscall"
	"time"

	"labelup"
	"labelup/connect"
	"labelup/forge"
	"labelup/handlers"
	"labelup/internal/backup"
	"labelup/internal/config"
	"labelup/internal/confluence"
	"labelup/internal/connlimit"
	"labelup/internal/datamap"
	"labelup/internal/metrics"
	"labelup/internal/outbound"
	"labelup/internal/seal"
	"labelup/internal/site"
	"labelup/internal/suggest"
	"labelup/internal/technicallog"
	"labelup/macros"
	"labelup/static"
)

// Service is the running app. New builds it, Run serves until its context ends,
// and Close gives back what it holds.
type Service struct {
	settings config.Config
	version  string
	log      *slog.Logger
	observed *Observation
	store    *site.Store
	sealer   *Sealer
	server   *http.Server
	backups  *backup.Schedule // nil without a bucket
}

// New wires the app together: version is what its log and its pages call the
// program, engine suggests labels. It dials nothing: the service starts and
// answers whatever needs no Redis while Redis is down. An error names the
// setting, or the file of the build, that is wrong.
func New(settings config.Config, observed *Observation, version string, engine func(suggest.Input) suggest.Answer) (*Service, error) {
	log := observed.Log
	descriptor, err := connect.ParseDescriptor(labelup.Descriptor)
	if err != nil {
		return nil, fmt.Errorf("atlassian-connect.json: %w", err)
	}
	served, err := Descriptor(settings)
	if err != nil {
		return nil, err
	}
	store, sealer, err := OpenStore(settings, log, observed.redis, 0)
	if err != nil {
		return nil, err
	}
	app, err := connect.New(connect.Config{
		Key:                   descriptor.Key,
		BaseURLs:              BaseURLs(settings),
		EnableLicensing:       descriptor.EnableLicensing,
		Store:                 store,
		Keys:                  connect.NewCDNKeys(settings.InstallKeyURLs, outbound.Transport(keyTransport(), log, "key_server"), nil),
		AllowedHosts:          settings.AllowedHosts,
		AllowInsecureLoopback: !settings.Production,
		BehindRouter:          settings.Production,
	})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	remote, err := forgeRemote(settings, log)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	assets, err := static.New()
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	handler, err := handlers.New(handlers.Options{
		Descriptor: served,
		Framing: &handlers.Connect{
			App:    app,
			AppKey: descriptor.Key,
			Tokens: connect.NewUserTokens(settings.TokenServerURL, outbound.Transport(nil, log, "token_server"), nil),
			Budget: confluence.NewBudget(confluence.Limits{}),
			// As many connections as calls to one site at a time, kept open.
			Transport: confluenceTransport(4),
			Log:       log,
		},
		Remote:     remote,
		Assets:     assets,
		Pages:      macros.NewPages(assets.URL, settings.BridgeURL),
		Words:      exportWords(assets),
		Bridge:     settings.BridgeURL,
		Framers:    framers(settings),
		Ready:      store.Ping,
		Records:    records{store, days(settings)},
		LastErrors: observed.LastErrors.Of,
		Running: handlers.Running{
			Version: version, Started: time.Now(), Scopes: descriptor.Scopes,
			Retention: handlers.Retention{
				UninstalledDays: settings.RetentionDays, LogDays: settings.LogRetentionDays, BackupDays: settings.AWS.BackupKeepDays,
			},
		},
		Privacy: handlers.Privacy{Page: privacyPage(settings), Contact: settings.SecurityContact, Addresses: BaseURLs(settings), Now: time.Now},
		OnlyTLS: settings.Production,
		Suggest: engine,
		Log:     log,
	})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	s := &Service{
		settings: settings,
		version:  version,
		log:      log,
		observed: observed,
		store:    store,
		sealer:   sealer,
		server: &http.Server{
			Handler: handler,
			// OPTIONS * is no route either.
			DisableGeneralOptionsHandler: true,

			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       15 * time.Second,
			// Longer than any call to Confluence that a change may wait for.
			WriteTimeout:   45 * time.Second,
			IdleTimeout:    95 * time.Second, // above the 90 s of Heroku's router, so that it closes first
			MaxHeaderBytes: maxHead - 4096,   // net/http reads so much more before it refuses
			ConnState:      connlimit.State,
			ErrorLog:       slog.NewLogLogger(muted{log.Handler()}, slog.LevelWarn),
		},
	}
	s.backups = newSchedule(settings, store, sealer, log)
	s.measure()
	return s, nil
}

// Bounds of what comes before any request is proved. With all connections open
// and all heads as long as they may be, the process stays below 128 MB.
const (
	maxConnections = 500 // 148 more than can be in hand: see package handlers

	// maxHead is the longest head of a request in bytes, from its first line to
	// the empty one: a token in the URL, of which Heroku's router takes 8 KB, and
	// another in a header fit.
	maxHead = 12 << 10
)

// confluenceTransport keeps so many connections to one host open.
func confluenceTransport(perHost int) *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxIdleConns:        100,
		MaxIdleConnsPerHost: perHost,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 5 * time.Second,
		ForceAttemptHTTP2:   true,
	}
}

// forgeRemote is who proves the calls of sites that have the app through Forge
// Remote, nil if the settings have no app there.
func forgeRemote(settings config.Config, log *slog.Logger) (handlers.RemoteHost, error) {
	if settings.ForgeAppID == "" {
		return nil, nil
	}
	app, err := forge.New(forge.Config{
		AppID:                 settings.ForgeAppID,
		KeySetURL:             settings.ForgeKeySetURL,
		Transport:             outbound.Transport(keyTransport(), log, "key_set"),
		AllowInsecureLoopback: !settings.Production,
	})
	if err != nil {
		return nil, err
	}
	return &handlers.Forge{
		App:    app,
		Budget: confluence.NewBudget(confluence.Limits{}),
		// All sites are behind one host, Atlassian's gateway.
		Transport: confluenceTransport(100),
		Log:       log,
	}, nil
}

// keyTransport keeps open what eight questions at a time need of connections to
// each key server.
func keyTransport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxIdleConnsPerHost: 8,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 3 * time.Second,
		ForceAttemptHTTP2:   true,
	}
}

// measure adds to the metrics what no line of the log says.
func (s *Service) measure() {
	gauges := metrics.Gauges{
		RedisUp: func() bool {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			return s.store.Ping(ctx) == nil
		},
		SealKeysCached: s.sealer.cachedKeys,
	}
	if s.observed.CloudWatch != nil {
		gauges.LogLinesDropped = s.observed.CloudWatch.Dropped
	}
	if s.backups != nil {
		gauges.BackupAge = func() (time.Duration, bool) {
			at, known := s.backups.Newest()
			return time.Since(at), known
		}
		gauges.BackupInterval = func() time.Duration { return s.settings.AWS.BackupEvery }
	}
	s.observed.Metrics.Register(gauges)
}

// ReadSettings reads the settings, those included whose format belongs to another
// package, so that an operator is told of every fault at once and not one a
// start. The settings are as far as they could be read; the error has a line for
// each fault, by the setting's name and without its value.
func ReadSettings(getenv func(string) string) (config.Config, error) {
	settings, err := config.Read(getenv)
	faults := []error{err}
	if settings.SealKeys != "" {
		if _, err := seal.NewLocal(settings.SealKeys); err != nil {
			faults = append(faults, fmt.Errorf("SEAL_KEYS: %w", err))
		}
	}
	if settings.RedisURL != "" {
		client, err := site.NewClient(settings.RedisURL, site.Options{InsecureTLS: settings.RedisTLSInsecure})
		if err != nil {
			faults = append(faults, fmt.Errorf("REDIS_URL: %w", err))
		} else {
			_ = client.Close() // it has dialled nothing
		}
	}
	for _, pattern := range settings.AllowedHosts {
		if !connect.IsHostPattern(pattern) {
			faults = append(faults, errors.New("ALLOWED_HOSTS must be a list of host names, each with *. in front or not"))
			break
		}
	}
	addresses := map[string][]string{"BASE_URL": {settings.BaseURL}, "REGION_BASE_URLS": slices.Collect(maps.Values(settings.RegionBaseURLs))}
	for _, name := range slices.Sorted(maps.Keys(addresses)) {
		wrong := func(address string) bool { return address != "" && !connect.IsBaseURL(address, !settings.Production) }
		if slices.ContainsFunc(addresses[name], wrong) {
			faults = append(faults, errors.New(name+" must be https:// and a host name such as labelup.example.com, without a port"))
		}
	}
	if settings.ForgeAppID != "" && !forge.IsAppID(settings.ForgeAppID) {
		faults = append(faults, errors.New("FORGE_APP_ID must be the whole ARI of an app: ari:cloud:ecosystem::app/ and its id"))
	}
	return settings, errors.Join(faults...)
}

// Run serves until ctx ends, then lets running requests finish for as long as
// SHUTDOWN_SECONDS says. The error is nil if all of them did.
func (s *Service) Run(ctx context.Context, listener net.Listener) error {
	s.log.Info("start", technicallog.Address, listener.Addr().String(), technicallog.Version, s.version)
	s.warn(ctx)
	background, stop := context.WithCancel(ctx)
	defer stop()
	if s.backups != nil {
		wait := goSchedule(background, s.backups)
		defer func() { stop(); wait() }()
	}
	if s.settings.MetricsAddress != "" {
		private, err := s.listenForMetrics(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = private.Close() }() // nobody's request is lost
	}
	failed := make(chan error, 1)
	go func() { failed <- s.server.Serve(connlimit.New(listener, maxConnections)) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.log.Info("stop")
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.settings.ShutdownTimeout)
	defer cancel()
	if err := s.server.Shutdown(finish); err != nil {
		s.log.Error("requests were cut off", technicallog.Cause, technicallog.CauseOf(err))
		return errors.Join(errors.New("not all requests finished in time"), s.server.Close())
	}
	s.log.Info("stopped")
	return nil
}

// Close gives back what the service holds, and waits up to two seconds for the
// last lines of the log to leave.
func (s *Service) Close() error {
	err := s.store.Close()
	s.observed.close()
	return err
}

// warn says in the log what is no reason not to start and yet should not stay.
func (s *Service) warn(ctx context.Context) {
	go func() {
		if may, err := s.store.MayEvict(ctx); err == nil && may {
			s.log.Warn("redis may evict sites", technicallog.Reason, "maxmemory_policy_is_not_noeviction")
		}
	}()
}

// uses says which of the services that not everybody uses are used.
func uses(settings config.Config) func(setting string) bool {
	used := map[string]bool{
		"FORGE_APP_ID":         settings.ForgeAppID != "",
		"KMS_KEY_ID":           len(settings.AWS.KMSKeyIDs) > 0,
		"BACKUP_BUCKET":        settings.AWS.BackupBucket != "",
		"CLOUDWATCH_LOG_GROUP": settings.AWS.LogGroup != "",
	}
	return func(setting string) bool { return used[setting] }
}

// privacyPage is what /privacy shows.
func privacyPage(settings config.Config) []byte {
	return datamap.Page(datamap.Facts{
		Stores: heldStores(settings), Recipients: datamap.Used(uses(settings)), Days: days(settings), Contact: settings.SecurityContact,
	})
}

// Descriptor is atlassian-connect.json as it is served.
func Descriptor(settings config.Config) ([]byte, error) {
	served, err := connect.FillDescriptor(labelup.Descriptor, settings.BaseURL, settings.RegionBaseURLs)
	if err != nil {
		return nil, fmt.Errorf("atlassian-connect.json: %w", err)
	}
	return served, nil
}

// BaseURLs are all addresses of the app, that of no region first.
func BaseURLs(settings config.Config) []string {
	all := []string{settings.BaseURL}
	for _, region := range slices.Sorted(maps.Keys(settings.RegionBaseURLs)) {
		all = append(all, settings.RegionBaseURLs[region])
	}
	return all
}

// framers are who may frame an answer that is given before the site is known.
func framers(settings config.Config) []string {
	all := []string{"https://*.atlassian.net", "https://*.jira.com"}
	for _, host := range settings.AllowedHosts {
		all = append(all, "https://"+host)
	}
	if !settings.Production {
		all = append(all, "http://127.0.0.1:*", "http://localhost:*")
	}
	return all
}

// exportWords are what an export says in a language.
func exportWords(assets *static.Assets) func(locale string) macros.Words {
	return func(locale string) macros.Words {
		words := assets.Strings(locale)
		return macros.Words{Labels: words["labels"], None: words["empty"], Unavailable: words["export.unavailable"]}
	}
}

// muted keeps the text that net/http logs out of the log: it quotes addresses
// and what a client sent. That something went wrong is still counted.
type muted struct{ slog.Handler }

func (m muted) Handle(ctx context.Context, record slog.Record) error {
	record.Message = "http server"
	return m.Handler.Handle(ctx, record)
}

// Listen opens a TCP port: on all addresses in production, where a router is
// in front, and on loopback otherwise. 0 is any free port.
func Listen(ctx context.Context, production bool, port int) (net.Listener, error) {
	host := "127.0.0.1"
	if production {
		host = ""
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, fmt.Sprint(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is in use; stop what uses it, or choose another port", port)
	}
	if err != nil {
		return nil, fmt.Errorf("port %d: %w", port, err)
	}
	return listener, nil
}
