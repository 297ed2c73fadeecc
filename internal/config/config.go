// Package config reads the service's settings from the environment, once, at
// start. Every fault is reported together, by the name of its variable and
// never with its value. It decides nothing by them.
package config

import (
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

// Variable documents one environment variable.
type Variable struct {
	Name    string
	Default string // as one would write it; empty = none
	About   string // what it is, with its unit and limits
}

// The names of the variables.
const (
	environment      = "ENVIRONMENT"
	port             = "PORT"
	baseURL          = "BASE_URL"
	regionBaseURLs   = "REGION_BASE_URLS"
	redisURL         = "REDIS_URL"
	redisTLSInsecure = "REDIS_TLS_INSECURE"
	sealKeys         = "SEAL_KEYS"
	allowedHosts     = "ALLOWED_HOSTS"
	installKeyURLs   = "INSTALL_KEY_URLS"
	tokenServerURL   = "TOKEN_SERVER_URL" //nolint:gosec // the name of a variable
	bridgeURL        = "BRIDGE_URL"
	logLevel         = "LOG_LEVEL"
	shutdownSeconds  = "SHUTDOWN_SECONDS"
	securityContact  = "SECURITY_CONTACT"
	retentionDays    = "RETENTION_DAYS"
	logRetentionDays = "LOG_RETENTION_DAYS"
	metricsAddress   = "METRICS_ADDRESS"
	awsRegion        = "AWS_REGION"
	awsAccessKeyID   = "AWS_ACCESS_KEY_ID"
	awsSecretKey     = "AWS_SECRET_ACCESS_KEY" //nolint:gosec // the name of a variable
	awsEndpoint      = "AWS_ENDPOINT_URL"
	awsS3Endpoint    = "AWS_ENDPOINT_URL_S3"
	sealWith         = "SEAL_WITH"
	kmsKeyID         = "KMS_KEY_ID"
	backupBucket     = "BACKUP_BUCKET"
	backupHours      = "BACKUP_HOURS"
	backupKeepDays   = "BACKUP_KEEP_DAYS"
	logGroup         = "CLOUDWATCH_LOG_GROUP"
)

// Variables lists every setting in the order in which an operator meets them.
var Variables = []Variable{
	{environment, "production", "`production` or `development`. Development listens on loopback only and accepts http; `make run` starts all of it with what it needs."},
	{port, "8080", "TCP port to listen on. Heroku sets it."},
	{baseURL, "", "The app's public https address, at most 200 characters, without a path. Required in production."},
	{regionBaseURLs, "", "Addresses per data-residency region, as `EU=https://…,US=https://…`."},
	{redisURL, "", "Where the sites are kept: `redis://`, `rediss://` (TLS), `unix://`, `redis+sentinel://…/master/0`, `redis+cluster://…`. Required."},
	{redisTLSInsecure, "false", "`true` accepts a Redis certificate nobody vouches for, which Heroku's Redis has. The connection is still encrypted."},
	{sealKeys, "", "Keys that seal the sites' secrets in Redis, as `id:base64` of 32 random bytes, comma separated. The first seals, the others only open, so a new key goes in front. Required, unless `KMS_KEY_ID` is set."},
	{allowedHosts, "", "Hosts besides `*.atlassian.net` and `*.jira.com` whose sites may install the app, comma separated."},
	{installKeyURLs, "https://connect-install-keys.atlassian.com,https://asap-distribution.us-west-2.prod.atl-asap.net", "Where Atlassian publishes the keys that sign installs, tried in order, comma separated."},
	{tokenServerURL, "https://oauth-2-authorization-server.services.atlassian.com", "Atlassian's server that hands out tokens to act as a user."},
	{bridgeURL, "https://connect-cdn.atl-paas.net/all.js", "Atlassian's script that connects the app's pages to Confluence."},
	{logLevel, "info", "`debug`, `info` or `warn`: the least that is written. What has to be on record is `warn`."},
	{shutdownSeconds, "28", "Seconds that running requests get to finish after SIGTERM, 1 to 120. An answer takes at most 20; Heroku kills after 30."},
	{securityContact, "", "Where to report a vulnerability and to ask about privacy, as `mailto:…` or `https://…`; `/.well-known/security.txt` and `/privacy` name it. Required in production."},
	{retentionDays, "30", "Days that the record of a site is kept after it uninstalled the app, 1 to 365. A change holds for what is uninstalled from then on."},
	{logRetentionDays, "14", "Days that the technical log is kept, one of 1, 3, 5, 7, 14, 30, 60, 90. CloudWatch is told; where else the log goes it has to be set there, for `/privacy` says this number."},
	{metricsAddress, "", "Private `host:port` that serves Prometheus' `/metrics`, for example `127.0.0.1:9090`. Without it there is none."},
	{awsRegion, "", "Region of the AWS services below, such as `eu-central-1`. Required with any of them."},
	{awsAccessKeyID, "", "Access key for AWS. Required with any of its services; nothing is taken from files or from an instance."},
	{awsSecretKey, "", "The secret of that access key."},
	{awsEndpoint, "", "One address instead of Amazon's own, for services that speak the same protocols."},
	{awsS3Endpoint, "", "The same for S3 alone."},
	{kmsKeyID, "", "Ids or ARNs (no aliases, which can be made to mean another key) of KMS keys that seal the sites' secrets in Redis, comma separated. The first seals, the others only open."},
	{sealWith, "", "`local` or `kms`: which seals when there are both `SEAL_KEYS` and `KMS_KEY_ID`. Without it, `kms`."},
	{backupBucket, "", "S3 bucket for backups of the sites' records, as `bucket` or `bucket/prefix`."},
	{backupHours, "24", "Hours between two backups by the running service, 0 to 168. 0 leaves them to `labelup backup`."},
	{backupKeepDays, "30", "Days that a backup is kept, 1 to 365. What was erased is in no backup after that."},
	{logGroup, "", "CloudWatch log group that the technical log goes to, besides standard output."},
}

// Read returns the settings. getenv is os.Getenv outside of tests. The error
// lists every fault, one a line.
func Read(getenv func(string) string) (Config, error) {
	r := reader{getenv: getenv}
	config := Config{
		Production:       r.oneOf(environment, "production", "development") == "production",
		Port:             r.number(port, 1, 65535),
		RedisURL:         r.text(redisURL),
		RedisTLSInsecure: r.oneOf(redisTLSInsecure, "false", "true") == "true",
		SealKeys:         r.text(sealKeys),
		AllowedHosts:     r.list(allowedHosts),
		ShutdownTimeout:  time.Duration(r.number(shutdownSeconds, 1, 120)) * time.Second,
	}
	r.production = config.Production
	config.BaseURL = r.ownAddress(baseURL, r.text(baseURL))
	config.RegionBaseURLs = r.regions()
	config.TokenServerURL = r.address(tokenServerURL, r.text(tokenServerURL))
	config.BridgeURL = r.address(bridgeURL, r.text(bridgeURL))
	for _, address := range r.list(installKeyURLs) {
		config.InstallKeyURLs = append(config.InstallKeyURLs, r.address(installKeyURLs, address))
	}
	if err := config.LogLevel.UnmarshalText([]byte(r.oneOf(logLevel, "debug", "info", "warn"))); err != nil {
		r.fault(logLevel, "is no level")
	}
	config.SecurityContact = r.contact()
	config.RetentionDays = r.number(retentionDays, 1, 365)
	config.LogRetentionDays = r.oneNumberOf(logRetentionDays, 1, 3, 5, 7, 14, 30, 60, 90)
	config.MetricsAddress = r.hostPort(metricsAddress)
	config.AWS = r.aws()
	r.required(redisURL, "rediss://:password@host:6379")
	if len(config.AWS.KMSKeyIDs) == 0 {
		r.required(sealKeys, "k1:…; make one with: echo k1:$(openssl rand -base64 32)")
	}
	if config.Production {
		r.required(securityContact, "mailto:security@example.com")
		r.required(baseURL, "https://labelup.example.com")
	} else if config.BaseURL == "" {
		config.BaseURL = "http://localhost:" + strconv.Itoa(config.Port)
	}
	return config, errors.Join(r.faults...)
}

// reader collects faults instead of stopping at the first.
type reader struct {
	getenv     func(string) string
	production bool
	faults     []error
}

func (r *reader) fault(name, what string) {
	r.faults = append(r.faults, fmt.Errorf("%s %s", name, what))
}

func (r *reader) text(name string) string {
	if value := strings.TrimSpace(r.getenv(name)); value != "" {
		return value
	}
	at := slices.IndexFunc(Variables, func(v Variable) bool { return v.Name == name })
	return Variables[at].Default
}

func (r *reader) required(name, example string) {
	if r.text(name) == "" {
		r.fault(name, "is not set; for example "+example)
	}
}

func (r *reader) oneOf(name string, allowed ...string) string {
	value := strings.ToLower(r.text(name))
	if !slices.Contains(allowed, value) {
		r.fault(name, "must be one of "+strings.Join(allowed, ", "))
		return allowed[0]
	}
	return value
}

func (r *reader) number(name string, least, most int) int {
	n, err := strconv.Atoi(r.text(name))
	if err != nil || n < least || n > most {
		r.fault(name, fmt.Sprintf("must be a whole number from %d to %d", least, most))
	}
	return n
}

func (r *reader) list(name string) []string {
	var items []string
	for item := range strings.SplitSeq(r.text(name), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// address accepts an https URL, and outside of production an http one.
func (r *reader) address(name, value string) string {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		r.fault(name, "must be a plain address such as https://labelup.example.com")
	case u.Scheme != "https" && (r.production || u.Scheme != "http"):
		r.fault(name, "must begin with https://")
	case len(value) > 200:
		r.fault(name, "must have at most 200 characters")
	}
	return strings.TrimSuffix(value, "/")
}

// contact accepts what security.txt does: a mail address or a page.
func (r *reader) contact() string {
	value := r.text(securityContact)
	u, err := url.Parse(value)
	isPage := err == nil && u.Scheme == "https" && u.Host != ""
	isMail := err == nil && u.Scheme == "mailto" && strings.Contains(u.Opaque, "@")
	if value != "" && (len(value) > 200 || !isPage && !isMail) {
		r.fault(securityContact, "must be mailto:… or https://…, with at most 200 characters")
	}
	return value
}

func (r *reader) oneNumberOf(name string, allowed ...int) int {
	n, err := strconv.Atoi(r.text(name))
	if err != nil || !slices.Contains(allowed, n) {
		r.fault(name, "must be one of "+strings.Trim(fmt.Sprint(allowed), "[]"))
	}
	return n
}

func (r *reader) hostPort(name string) string {
	value := r.text(name)
	if value == "" {
		return ""
	}
	_, port, err := net.SplitHostPort(value)
	if n, e := strconv.Atoi(port); err != nil || e != nil || n < 1 || n > 65535 {
		r.fault(name, "must be host:port such as 127.0.0.1:9090")
	}
	return value
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

// matching is a text that has to have a form if it is set.
func (r *reader) matching(name string, form *regexp.Regexp, rule string) string {
	value := r.text(name)
	if value != "" && !form.MatchString(value) {
		r.fault(name, rule)
	}
	return value
}

func (r *reader) aws() AWS {
	aws := AWS{
		Region: r.matching(awsRegion, regionName, "must be a region such as eu-central-1"), AccessKeyID: r.text(awsAccessKeyID), SecretAccessKey: r.text(awsSecretKey),
		Endpoint: r.address(awsEndpoint, r.text(awsEndpoint)), S3Endpoint: r.address(awsS3Endpoint, r.text(awsS3Endpoint)),
		KMSKeyIDs: r.list(kmsKeyID), BackupBucket: r.matching(backupBucket, bucketName, "must be a bucket's name, or bucket/prefix"),
		BackupEvery: time.Duration(r.number(backupHours, 0, 168)) * time.Hour, BackupKeepDays: r.number(backupKeepDays, 1, 365),
		LogGroup: r.matching(logGroup, groupName, "must be the name of a log group: 1 to 512 letters, digits or _ - / . #"),
	}
	seen := map[string]bool{}
	for _, id := range aws.KMSKeyIDs {
		if !keyID.MatchString(id) {
			r.fault(kmsKeyID, "must be ids or ARNs of keys, comma separated; an alias is neither")
		}
		if bare := KMSKey(id); seen[bare] {
			r.fault(kmsKeyID, "names a key twice")
		} else {
			seen[bare] = true
		}
	}
	if aws.BackupBucket != "" && aws.BackupEvery >= time.Duration(aws.BackupKeepDays)*24*time.Hour {
		r.fault(backupHours, "must be less than "+backupKeepDays+": no backup would be younger than what it is to be kept for")
	}
	switch r.text(sealWith) {
	case "":
	case "local":
		aws.SealWithLocal = true
		if r.text(sealKeys) == "" {
			r.fault(sealWith, "is local, and there are no "+sealKeys)
		}
	case "kms":
		if len(aws.KMSKeyIDs) == 0 {
			r.fault(sealWith, "is kms, and there is no "+kmsKeyID)
		}
	default:
		r.fault(sealWith, "must be local or kms")
	}
	if aws.Used() {
		for _, name := range []string{awsRegion, awsAccessKeyID, awsSecretKey} {
			if r.text(name) == "" {
				r.fault(name, "is not set; "+kmsKeyID+", "+backupBucket+" and "+logGroup+" need it")
			}
		}
	}
	return aws
}

// ownAddress is an address of the app. Its pages name their scripts and calls
// from the root of the host, so it cannot have a path.
func (r *reader) ownAddress(name, value string) string {
	value = r.address(name, value)
	if u, err := url.Parse(value); err == nil && u.Path != "" {
		r.fault(name, "must have no path")
	}
	return value
}

func (r *reader) regions() map[string]string {
	known := []string{"EU", "US", "AU", "DE", "SG", "CA", "IN", "KR", "JP", "GB", "CH"}
	regions := map[string]string{}
	for _, item := range r.list(regionBaseURLs) {
		region, address, found := strings.Cut(item, "=")
		if !found || !slices.Contains(known, region) {
			r.fault(regionBaseURLs, "must be a list such as EU=https://…, with regions out of "+strings.Join(known, " "))
			continue
		}
		regions[region] = r.ownAddress(regionBaseURLs, address)
	}
	return regions
}
