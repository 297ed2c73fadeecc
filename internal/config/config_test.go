package config

import (
	stdcmp "cmp"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/tabletest"
)

func from(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

// fewest are the settings that production does not start without.
var fewest = map[string]string{
	"BASE_URL": "https://labelup.example.com/", "REDIS_URL": "rediss://:p@host:6379", "SEAL_KEYS": "k1:secret",
	"SECURITY_CONTACT": "mailto:security@example.com",
}

func TestWhatIsNotSetHasItsDefault(t *testing.T) {
	got, err := Read(from(fewest))
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"https://connect-install-keys.atlassian.com", "https://asap-distribution.us-west-2.prod.atl-asap.net"}
	if diff := cmp.Diff(keys, got.InstallKeyURLs); diff != "" {
		t.Errorf("the servers of install keys differ (-want +got):\n%s", diff)
	}
	if !got.Production || got.Port != 8080 || got.LogLevel != slog.LevelInfo || got.ShutdownTimeout != 28*time.Second || got.AWS.BackupEvery != 24*time.Hour || got.AWS.Used() {
		t.Errorf("it reads %+v", got)
	}
}

// What is set is read, and changes nothing else.
func TestProductionReadsItsSettings(t *testing.T) {
	given := map[string]string{
		"PORT": "5000", "REGION_BASE_URLS": "EU=https://eu.example.com, US=https://us.example.com/",
		"ALLOWED_HOSTS": "wiki.example.com", "LOG_LEVEL": "warn", "REDIS_TLS_INSECURE": "true", "RETENTION_DAYS": "60", "METRICS_ADDRESS": ":9090",
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "KMS_KEY_ID": "0a1b2c3d-0000-4000-8000-00000000000a",
		"BACKUP_BUCKET": "backups/labelup", "BACKUP_HOURS": "6", "CLOUDWATCH_LOG_GROUP": "/labelup",
	}
	want, err := Read(from(fewest))
	if err != nil {
		t.Fatal(err)
	}
	want.BaseURL, want.Port, want.AllowedHosts = "https://labelup.example.com", 5000, []string{"wiki.example.com"}
	want.RegionBaseURLs = map[string]string{"EU": "https://eu.example.com", "US": "https://us.example.com"}
	want.RedisURL, want.RedisTLSInsecure, want.SealKeys = "rediss://:p@host:6379", true, "k1:secret"
	want.LogLevel, want.RetentionDays, want.MetricsAddress = slog.LevelWarn, 60, ":9090"
	want.AWS.Region, want.AWS.AccessKeyID, want.AWS.SecretAccessKey = "eu-central-1", "id", "secret"
	want.AWS.KMSKeyIDs, want.AWS.LogGroup = []string{"0a1b2c3d-0000-4000-8000-00000000000a"}, "/labelup"
	want.AWS.BackupBucket, want.AWS.BackupEvery = "backups/labelup", 6*time.Hour

	maps.Copy(given, fewest)
	got, err := Read(from(given))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings differ (-want +got):\n%s", diff)
	}
}

func TestDevelopmentNeedsRedisAndAKeyOnly(t *testing.T) {
	_, err := Read(from(map[string]string{"ENVIRONMENT": "development"}))
	if err == nil || strings.Count(err.Error(), "\n") != 1 || !strings.Contains(err.Error(), "REDIS_URL is not set") || !strings.Contains(err.Error(), "SEAL_KEYS is not set") {
		t.Errorf("without them it says %v", err)
	}
	got, err := Read(from(map[string]string{"ENVIRONMENT": "development", "PORT": "9000", "REDIS_URL": "redis://localhost:6379", "SEAL_KEYS": "k1:secret"}))
	if err != nil {
		t.Fatal(err)
	}
	if got.Production || got.BaseURL != "http://localhost:9000" {
		t.Errorf("development read %+v", got)
	}
}

func TestEveryFaultIsNamedAtOnceAndNoValueIsShown(t *testing.T) {
	_, err := Read(from(map[string]string{
		"PORT": "http", "BASE_URL": "http://hunter2.example.com", "REGION_BASE_URLS": "MOON=https://x", "LOG_LEVEL": "loud",
		"SHUTDOWN_SECONDS": "600", "REDIS_TLS_INSECURE": "maybe", "TOKEN_SERVER_URL": "https://user:hunter2@x/",
		"SECURITY_CONTACT": "hunter2", "RETENTION_DAYS": "0", "LOG_RETENTION_DAYS": "15", "METRICS_ADDRESS": "hunter2", "BACKUP_HOURS": "-1",
		"BACKUP_BUCKET": "hunter2", "SEAL_WITH": "hunter2",
	}))
	if err == nil {
		t.Fatal("no fault was reported")
	}
	for _, name := range []string{"PORT", "BASE_URL", "REGION_BASE_URLS", "LOG_LEVEL", "SHUTDOWN_SECONDS", "REDIS_TLS_INSECURE", "TOKEN_SERVER_URL", "REDIS_URL", "SEAL_KEYS",
		"SECURITY_CONTACT", "RETENTION_DAYS", "LOG_RETENTION_DAYS", "METRICS_ADDRESS", "BACKUP_HOURS", "SEAL_WITH", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
	} {
		if !strings.Contains(err.Error(), name+" ") {
			t.Errorf("%s is faulty and not reported in:\n%v", name, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a fault shows a value:\n%v", err)
	}
}

func TestAKMSKeyTakesThePlaceOfTheLocalOnes(t *testing.T) {
	_, err := Read(from(map[string]string{
		"BASE_URL": "https://labelup.example.com/", "REDIS_URL": "rediss://:p@host:6379", "SECURITY_CONTACT": "https://example.com/security",
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "KMS_KEY_ID": "0a1b2c3d-0000-4000-8000-00000000000a",
	}))
	if err != nil {
		t.Error(err)
	}
}

func TestABackupHasToBeFollowedByTheNextBeforeItIsTooOld(t *testing.T) {
	for hours, ok := range map[string]bool{"0": true, "22": true, "23": false, "24": false} {
		_, err := Read(from(map[string]string{
			"ENVIRONMENT": "development", "REDIS_URL": "redis://127.0.0.1:1", "SEAL_KEYS": "k1:" + strings.Repeat("A", 43) + "=",
			"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
			"BACKUP_BUCKET": "backups", "BACKUP_KEEP_DAYS": "1", "BACKUP_HOURS": hours,
		}))
		if (err == nil) != ok || err != nil && !strings.HasPrefix(err.Error(), "BACKUP_HOURS ") {
			t.Errorf("%s hours: %v", hours, err)
		}
	}
}

func TestNamesThatAWSWouldRefuseAreRefusedAtTheStart(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_REGION": "eu central 1", "BACKUP_BUCKET": "My Bucket", "CLOUDWATCH_LOG_GROUP": "my group?", "KMS_KEY_ID": "alias/labelup",
		"BACKUP_HOURS": "168", "METRICS_ADDRESS": "127.0.0.1:nonsense",
	} {
		settings := map[string]string{
			"ENVIRONMENT": "development", "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
			"BACKUP_BUCKET": "backups", "BACKUP_KEEP_DAYS": "7",
		}
		settings[name] = value
		if _, err := Read(from(settings)); err == nil || !strings.Contains(err.Error(), name+" ") || strings.Contains(err.Error(), value) && name != "BACKUP_HOURS" {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	id := "0a1b2c3d-0000-4000-8000-00000000000a"
	for keys, ok := range map[string]bool{
		id: true, "mrk-0a1b2c3d000040008000000000000000": true, "arn:aws:kms:eu-central-1:123456789012:key/" + id: true,
		id + ",arn:aws:kms:eu-central-1:123456789012:key/" + id: false, "a b": false, "arn:aws:kms:eu-central-1:123456789012:alias/labelup": false,
	} {
		_, err := Read(from(map[string]string{
			"ENVIRONMENT": "development", "REDIS_URL": "redis://localhost:6379",
			"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "KMS_KEY_ID": keys,
		}))
		if ok != (err == nil) {
			t.Errorf("KMS_KEY_ID=%s: %v", keys, err)
		}
	}
}

// Whoever publishes the keys can call for any site.
func TestTheKeySetOfForgeIsAtlassiansInProduction(t *testing.T) {
	for settings, ok := range map[[2]string]bool{
		{"production", ""}: true, {"production", forgeKeySet}: true, {"development", "http://127.0.0.1:8090/keys"}: true,
		{"production", "https://forge.cdn.stg.atlassian-dev.net/.well-known/jwks.json"}: false, {"production", "http://127.0.0.1:8090/keys"}: false,
		{"development", "keys"}: false,
	} {
		got, err := Read(from(map[string]string{"ENVIRONMENT": settings[0], "FORGE_KEY_SET_URL": settings[1]}))
		if strings.Contains(err.Error(), "FORGE_KEY_SET_URL ") == ok || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%q: %v", settings, err)
		}
		if ok && got.ForgeKeySetURL != stdcmp.Or(settings[1], forgeKeySet) {
			t.Errorf("%q: read %q", settings, got.ForgeKeySetURL)
		}
	}
}

func TestAnAddressOfTheAppHasNoPath(t *testing.T) {
	_, err := Read(from(map[string]string{
		"ENVIRONMENT": "development", "BASE_URL": "https://x.example/labelup", "REGION_BASE_URLS": "EU=https://eu.example/labelup",
	}))
	if err == nil || !strings.Contains(err.Error(), "BASE_URL must have no path") || !strings.Contains(err.Error(), "REGION_BASE_URLS must have no path") {
		t.Errorf("a path is taken, and then no script of the pages is found: %v", err)
	}
}

func TestTheTablesOfSettingsInTheDocumentsAreTheList(t *testing.T) {
	var operating, deploy [][]string
	for _, v := range Variables {
		standard := "none"
		if v.Default != "" {
			standard = "`" + v.Default + "`"
		}
		operating = append(operating, []string{"`" + v.Name + "`", standard, v.About})
		deploy = append(deploy, []string{"`" + v.Name + "`", v.Heroku})
	}
	tabletest.Check(t, "operating.md", "| Variable | Default | What it is |", operating)
	tabletest.Check(t, "deploy.md", "| Variable | On Heroku |", deploy)
}
