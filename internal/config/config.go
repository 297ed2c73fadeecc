// Package config reads the service's settings from the environment, once, at
// start. Every fault is reported together, by the name of its variable and
// never with its value. It decides nothing by them.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is every setting of the service. Variables documents each one.
type Config struct {
	Production       bool
	Port             int
	BaseURL          string            // where Atlassian reaches the app, without a trailing slash
	RegionBaseURLs   map[string]string // by Atlassian's region code
	RedisURL         string
	RedisTLSInsecure bool
	SealKeys         string
	AllowedHosts     []string
	InstallKeyURLs   []string
	TokenServerURL   string
	BridgeURL        string
	ForgeAppID       string // ARI of the app on Forge; empty = nobody calls through Forge Remote
	ForgeKeySetURL   string
	LogLevel         slog.Level
	ShutdownTimeout  time.Duration

	SecurityContact  string // mailto: or https:, for reports and for questions about privacy
	RetentionDays    int    // a site's record after it uninstalled
	LogRetentionDays int    // the technical log, where it is kept
	MetricsAddress   string // host:port of Prometheus' port; empty = none

	AWS AWS
}

// AWS is what is used of Amazon's services: nothing, unless it is set.
type AWS struct {
	Region          string
	AccessKeyID     string
	SecretAccessKey string
	Endpoint        string   // instead of Amazon's own addresses; empty = those
	S3Endpoint      string   // the same for S3 alone
	KMSKeyIDs       []string // the first seals the sites' secrets, the others open them
	SealWithLocal   bool     // the local keys seal although there is a KMS key
	BackupBucket    string   // S3
	BackupEvery     time.Duration
	BackupKeepDays  int
	LogGroup        string // CloudWatch Logs
}

// Used reports whether any of Amazon's services is to be called.
func (a AWS) Used() bool { return len(a.KMSKeyIDs) > 0 || a.BackupBucket != "" || a.LogGroup != "" }

// Variable is one environment variable, and all that there is to say of it.
type Variable struct {
	Name    string
	Default string // as one would write it; empty = none
	About   string // what it is, with its unit and limits
	Heroku  string // what it has to be there

	// take puts a value, or the default, into the settings. It says what is wrong
	// with it without quoting it; "" is nothing. It may look at ENVIRONMENT only,
	// which is the first: what depends on others is in together.
	take func(c *Config, value string) (fault string)
}

// Variables lists every setting in the order in which an operator meets them.
// The tables in docs/operating.md and docs/deploy.md are made from this by
// go test ./internal/config -update.
var Variables = []Variable{
	{"ENVIRONMENT", "production", "`production` or `development`. Development listens on loopback only and accepts http; `make run` starts all of it with what it needs.",
		"leave out: production",
		oneOf(func(c *Config, v string) { c.Production = v == "production" }, "production", "development")},
	{"PORT", "8080", "TCP port to listen on. Heroku sets it.",
		"Heroku sets it",
		number(1, 65535, func(c *Config, n int) { c.Port = n })},
	{"BASE_URL", "", "The app's public https address, at most 200 characters, without a port or a path. Required in production.",
		"your domain, with https",
		ownAddress(func(c *Config) *string { return &c.BaseURL })},
	{"REGION_BASE_URLS", "", "Addresses per data-residency region, as `EU=https://…,US=https://…`, each like `BASE_URL`.",
		"only with data residency, see below",
		regions},
	{"REDIS_URL", "", "Where the sites are kept: `redis://`, `rediss://` (TLS), `unix://`, `redis+sentinel://…/master/0`, `redis+cluster://…`. Required.",
		"the add-on sets it, beginning with `rediss://`: by TLS. With `REDIS_TLS_INSECURE` the service takes no other",
		text(func(c *Config) *string { return &c.RedisURL })},
	{"REDIS_TLS_INSECURE", "false", "`true` accepts a Redis certificate nobody vouches for, which Heroku's Redis has. The connection is still encrypted: with `redis://` the service does not start.",
		"`true`: the add-on's certificate is signed by nobody",
		oneOf(func(c *Config, v string) { c.RedisTLSInsecure = v == "true" }, "false", "true")},
	{"SEAL_KEYS", "", "Keys that seal the sites' secrets in Redis, as `id:base64` of 32 random bytes, comma separated. The first seals, the others only open, so a new key goes in front. Required, unless `KMS_KEY_ID` is set.",
		"without KMS; with it, only while old records have to be opened",
		text(func(c *Config) *string { return &c.SealKeys })},
	{"ALLOWED_HOSTS", "", "Hosts besides `*.atlassian.net` and `*.jira.com` whose sites may install the app, comma separated.",
		"leave out, unless a site is not at `*.atlassian.net`",
		list(func(c *Config) *[]string { return &c.AllowedHosts }, nil)},
	{"INSTALL_KEY_URLS", "https://connect-install-keys.atlassian.com,https://asap-distribution.us-west-2.prod.atl-asap.net", "Where Atlassian publishes the keys that sign installs, tried in order, comma separated.",
		"leave out",
		list(func(c *Config) *[]string { return &c.InstallKeyURLs }, plainAddress)},
	{"TOKEN_SERVER_URL", "https://oauth-2-authorization-server.services.atlassian.com", "Atlassian's server that hands out tokens to act as a user.",
		"leave out",
		address(func(c *Config) *string { return &c.TokenServerURL })},
	{"BRIDGE_URL", "https://connect-cdn.atl-paas.net/all.js", "Atlassian's script that connects the app's pages to Confluence.",
		"leave out",
		address(func(c *Config) *string { return &c.BridgeURL })},
	{"FORGE_APP_ID", "", "The whole ARI of the app on Forge, `ari:cloud:ecosystem::app/…`. With it, sites that have the app through Forge Remote are served too.",
		"leave out, unless `forge/remote` is deployed",
		text(func(c *Config) *string { return &c.ForgeAppID })},
	{"FORGE_KEY_SET_URL", forgeKeySet, "Where Atlassian publishes the keys that sign the calls of Forge Remote. Another one only in development.",
		"leave out",
		keySet},
	{"LOG_LEVEL", "info", "`debug`, `info` or `warn`: the least that is written. What has to be on record is `warn`.",
		"leave out; `debug` to look at something closely",
		oneOf(func(c *Config, v string) { _ = c.LogLevel.UnmarshalText([]byte(v)) }, "debug", "info", "warn")},
	{"SHUTDOWN_SECONDS", "28", "Seconds that running requests get to finish after SIGTERM, 1 to 120. An answer takes at most 20; Heroku kills after 30.",
		"leave out: Heroku gives 30",
		number(1, 120, func(c *Config, n int) { c.ShutdownTimeout = time.Duration(n) * time.Second })},
	{"SECURITY_CONTACT", "", "Where to report a vulnerability and to ask about privacy, as `mailto:…` or `https://…`; `/.well-known/security.txt` and `/privacy` name it. Required in production.",
		"a mailbox or page that somebody reads; it is published",
		contact},
	{"RETENTION_DAYS", "30", "Days that the record of a site is kept after it uninstalled the app, 1 to 365. A change holds for what is uninstalled from then on.",
		"what you promise after an uninstall",
		number(1, 365, func(c *Config, n int) { c.RetentionDays = n })},
	{"LOG_RETENTION_DAYS", "14", "Days that the technical log is kept, one of 1, 3, 5, 7, 14, 30, 60, 90. CloudWatch is told; where else the log goes it has to be set there, for `/privacy` says this number.",
		"what you promise for the log; set the same in every drain",
		oneOf(func(c *Config, v string) { c.LogRetentionDays, _ = strconv.Atoi(v) }, "1", "3", "5", "7", "14", "30", "60", "90")},
	{"METRICS_ADDRESS", "", "Private `host:port` that serves Prometheus' `/metrics`, for example `127.0.0.1:9090`. Without it there is none.",
		"leave out in the Common Runtime, where no port but `PORT` is reachable; in a Private Space `:9090`",
		hostPort(func(c *Config) *string { return &c.MetricsAddress })},
	{"AWS_REGION", "", "Region of the AWS services below, such as `eu-central-1`. Required with any of them.",
		"with AWS",
		matching(func(c *Config) *string { return &c.AWS.Region }, regionName, "must be a region such as eu-central-1")},
	{"AWS_ACCESS_KEY_ID", "", "Access key for AWS. Required with any of its services; nothing is taken from files or from an instance.",
		"of step 2",
		text(func(c *Config) *string { return &c.AWS.AccessKeyID })},
	{"AWS_SECRET_ACCESS_KEY", "", "The secret of that access key.",
		"of step 2",
		text(func(c *Config) *string { return &c.AWS.SecretAccessKey })},
	{"AWS_ENDPOINT_URL", "", "One address instead of Amazon's own, for services that speak the same protocols.",
		"leave out",
		address(func(c *Config) *string { return &c.AWS.Endpoint })},
	{"AWS_ENDPOINT_URL_S3", "", "The same for S3 alone.",
		"leave out",
		address(func(c *Config) *string { return &c.AWS.S3Endpoint })},
	{"KMS_KEY_ID", "", "Ids or ARNs (no aliases, which can be made to mean another key) of KMS keys that seal the sites' secrets in Redis, comma separated. The first seals, the others only open.",
		"of step 3",
		keys},
	{"SEAL_WITH", "", "`local` or `kms`: which seals when there are both `SEAL_KEYS` and `KMS_KEY_ID`. Without it, `kms`.",
		"leave out, except while moving between a local key and KMS",
		oneOf(func(c *Config, v string) { c.AWS.SealWithLocal = v == "local" }, "", "local", "kms")},
	{"BACKUP_BUCKET", "", "S3 bucket for backups of the sites' records, as `bucket` or `bucket/prefix`.",
		"of step 4",
		matching(func(c *Config) *string { return &c.AWS.BackupBucket }, bucketName, "must be a bucket's name, or bucket/prefix")},
	{"BACKUP_HOURS", "24", "Hours between two backups by the running service, 0 to 168. 0 leaves them to `labelup backup`.",
		"leave out: daily",
		number(0, 168, func(c *Config, n int) { c.AWS.BackupEvery = time.Duration(n) * time.Hour })},
	{"BACKUP_KEEP_DAYS", "30", "Days that a backup is kept at most, 1 to 365, while the service runs and its backups succeed. What was erased is in no backup after that.",
		"what you promise for what was erased",
		number(1, 365, func(c *Config, n int) { c.AWS.BackupKeepDays = n })},
	{"CLOUDWATCH_LOG_GROUP", "", "CloudWatch log group that the technical log goes to, besides standard output.",
		"of step 5",
		matching(func(c *Config) *string { return &c.AWS.LogGroup }, groupName, "must be the name of a log group: 1 to 512 letters, digits or _ - / . #")},
}

// Read returns the settings. getenv is os.Getenv outside of tests. The error
// lists every fault, one a line.
func Read(getenv func(string) string) (Config, error) {
	var c Config
	var faults []error
	fault := func(name, what string) { faults = append(faults, fmt.Errorf("%s %s", name, what)) }
	said := map[string]string{}
	for _, v := range Variables {
		said[v.Name] = cmp.Or(strings.TrimSpace(getenv(v.Name)), v.Default)
		if what := v.take(&c, said[v.Name]); what != "" {
			fault(v.Name, what)
		}
	}
	together(&c, said, fault)
	return c, errors.Join(faults...)
}

// together checks what depends on several settings, by what was said of each.
func together(c *Config, said map[string]string, fault func(name, what string)) {
	required := func(name, why string) {
		if said[name] == "" {
			fault(name, "is not set; "+why)
		}
	}
	required("REDIS_URL", "for example rediss://:password@host:6379")
	if len(c.AWS.KMSKeyIDs) == 0 {
		required("SEAL_KEYS", "for example k1:…; make one with: echo k1:$(openssl rand -base64 32)")
	}
	if c.Production {
		required("SECURITY_CONTACT", "for example mailto:security@example.com")
		required("BASE_URL", "for example https://labelup.example.com")
	} else if c.BaseURL == "" {
		c.BaseURL = "http://localhost:" + strconv.Itoa(c.Port)
	}
	if c.AWS.Used() {
		for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
			required(name, "KMS_KEY_ID, BACKUP_BUCKET and CLOUDWATCH_LOG_GROUP need it")
		}
	}
	// The next backup may begin some minutes late, and take an hour.
	if c.AWS.BackupBucket != "" && c.AWS.BackupEvery+2*time.Hour > time.Duration(c.AWS.BackupKeepDays)*24*time.Hour {
		fault("BACKUP_HOURS", "must be at least 2 hours less than BACKUP_KEEP_DAYS: a backup would be too old before there is a newer one")
	}
	switch with := strings.ToLower(said["SEAL_WITH"]); {
	case with == "local" && c.SealKeys == "":
		fault("SEAL_WITH", "is local, and there are no SEAL_KEYS")
	case with == "kms" && len(c.AWS.KMSKeyIDs) == 0:
		fault("SEAL_WITH", "is kms, and there is no KMS_KEY_ID")
	}
}

// What takes a value, by its form.

func text(at func(*Config) *string) func(*Config, string) string {
	return func(c *Config, value string) string { *at(c) = value; return "" }
}

// oneOf takes one of these, written large or small.
func oneOf(set func(c *Config, value string), allowed ...string) func(*Config, string) string {
	return func(c *Config, value string) string {
		if value = strings.ToLower(value); !slices.Contains(allowed, value) {
			set(c, allowed[0])
			return "must be one of " + strings.Join(slices.DeleteFunc(slices.Clone(allowed), func(a string) bool { return a == "" }), ", ")
		}
		set(c, value)
		return ""
	}
}

func number(least, most int, set func(c *Config, n int)) func(*Config, string) string {
	return func(c *Config, value string) string {
		n, err := strconv.Atoi(value)
		set(c, n)
		if err != nil || n < least || n > most {
			return fmt.Sprintf("must be a whole number from %d to %d", least, most)
		}
		return ""
	}
}

// list takes what is comma separated. check may be nil; it returns an item as it
// is kept, and what is wrong with it.
func list(at func(*Config) *[]string, check func(c *Config, item string) (kept, fault string)) func(*Config, string) string {
	return func(c *Config, value string) (fault string) {
		for item := range strings.SplitSeq(value, ",") {
			if item = strings.TrimSpace(item); item == "" {
				continue
			}
			if check != nil {
				var what string
				item, what = check(c, item)
				fault = cmp.Or(fault, what)
			}
			*at(c) = append(*at(c), item)
		}
		return fault
	}
}

// matching takes a text that has to have a form if it is set.
func matching(at func(*Config) *string, form *regexp.Regexp, rule string) func(*Config, string) string {
	return func(c *Config, value string) string {
		*at(c) = value
		if value != "" && !form.MatchString(value) {
			return rule
		}
		return ""
	}
}

// plainAddress accepts an https URL, and outside of production an http one.
func plainAddress(c *Config, value string) (kept, fault string) {
	if value == "" {
		return "", ""
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		fault = "must be a plain address such as https://labelup.example.com"
	case u.Scheme != "https" && (c.Production || u.Scheme != "http"):
		fault = "must begin with https://"
	case len(value) > 200:
		fault = "must have at most 200 characters"
	}
	return strings.TrimSuffix(value, "/"), fault
}

func address(at func(*Config) *string) func(*Config, string) string {
	return func(c *Config, value string) (fault string) {
		*at(c), fault = plainAddress(c, value)
		return fault
	}
}

// rootAddress is an address of the app. Its pages name their scripts and calls
// from the root of the host, so it cannot have a path.
func rootAddress(c *Config, value string) (kept, fault string) {
	kept, fault = plainAddress(c, value)
	if u, err := url.Parse(kept); fault == "" && err == nil && u.Path != "" {
		fault = "must have no path"
	}
	if fault != "" {
		return "", fault
	}
	return kept, ""
}

// forgeKeySet is that of Atlassian's commercial cloud. Whoever signs with the keys
// of another one could call for any site.
const forgeKeySet = "https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json"

func keySet(c *Config, value string) (fault string) {
	c.ForgeKeySetURL, fault = plainAddress(c, value)
	if fault == "" && c.Production && c.ForgeKeySetURL != forgeKeySet {
		fault = "must be left out in production"
	}
	return fault
}

func ownAddress(at func(*Config) *string) func(*Config, string) string {
	return func(c *Config, value string) (fault string) {
		*at(c), fault = rootAddress(c, value)
		return fault
	}
}

func regions(c *Config, value string) string {
	known := []string{"EU", "US", "AU", "DE", "SG", "CA", "IN", "KR", "JP", "GB", "CH"}
	c.RegionBaseURLs = map[string]string{}
	var items []string
	return list(func(*Config) *[]string { return &items }, func(c *Config, item string) (kept, fault string) {
		region, address, found := strings.Cut(item, "=")
		if !found || address == "" || !slices.Contains(known, region) {
			return "", "must be a list such as EU=https://…, with regions out of " + strings.Join(known, " ")
		}
		c.RegionBaseURLs[region], fault = rootAddress(c, address)
		return "", fault
	})(c, value)
}

// contact accepts what security.txt does: a mail address or a page.
func contact(c *Config, value string) string {
	c.SecurityContact = value
	u, err := url.Parse(value)
	isPage := err == nil && u.Scheme == "https" && u.Host != ""
	isMail := err == nil && u.Scheme == "mailto" && strings.Contains(u.Opaque, "@")
	if value != "" && (len(value) > 200 || !isPage && !isMail) {
		return "must be mailto:… or https://…, with at most 200 characters"
	}
	return ""
}

func hostPort(at func(*Config) *string) func(*Config, string) string {
	return func(c *Config, value string) string {
		*at(c) = value
		_, port, err := net.SplitHostPort(value)
		if n, e := strconv.Atoi(port); value != "" && (err != nil || e != nil || n < 1 || n > 65535) {
			return "must be host:port such as 127.0.0.1:9090"
		}
		return ""
	}
}

// What AWS accepts as names, as its references have it.
var (
	regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()/-]{1,200})?$`)
	groupName  = regexp.MustCompile(`^[A-Za-z0-9_/.#-]{1,512}$`)
	keyID      = regexp.MustCompile(`^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/)?(mrk-)?[0-9a-f-]{32,36}$`)
)

// KMSKey is the id of a KMS key that was given as an id or as an ARN.
func KMSKey(id string) string { return id[strings.LastIndex(id, "/")+1:] }

func keys(c *Config, value string) string {
	seen := map[string]bool{}
	return list(func(c *Config) *[]string { return &c.AWS.KMSKeyIDs }, func(_ *Config, id string) (kept, fault string) {
		bare := KMSKey(id)
		switch {
		case !keyID.MatchString(id):
			fault = "must be ids or ARNs of keys, comma separated; an alias is neither"
		case seen[bare]:
			fault = "names a key twice"
		}
		seen[bare] = true
		return id, fault
	})(c, value)
}
