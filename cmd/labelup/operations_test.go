package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"labelup/connect"
	"labelup/internal/aws/awstest"
	"labelup/internal/backup"
	"labelup/internal/config"
	"labelup/internal/seal"
	"labelup/internal/service"
	"labelup/internal/site"
	"labelup/internal/site/redistest"
)

// amazon is what is used of AWS: a stand-in for KMS and CloudWatch Logs, and a
// real S3 server.
type amazon struct {
	*awstest.Fake
	s3 *awstest.S3
}

func startAmazon(t testing.TB) *amazon {
	t.Helper()
	a := &amazon{awstest.Start(t), awstest.StartS3(t)}
	a.AddKey("0a1b2c3d-0000-4000-8000-00000000000a")
	return a
}

// environment are the settings that use all of it.
func (a *amazon) environment() []string {
	return []string{
		"AWS_REGION=" + awstest.Region, "AWS_ACCESS_KEY_ID=" + awstest.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + awstest.SecretAccessKey,
		"AWS_ENDPOINT_URL=" + a.Proxy.URL(), "AWS_ENDPOINT_URL_S3=" + a.s3.Proxy.URL(),
		"KMS_KEY_ID=0a1b2c3d-0000-4000-8000-00000000000a", "BACKUP_BUCKET=" + a.s3.Bucket + "/sites", "BACKUP_HOURS=0", "CLOUDWATCH_LOG_GROUP=labelup",
	}
}

// command runs the program to its end.
func command(t testing.TB, environment []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := start(t, environment, args...)
	code = p.exit()
	return code, p.stdout.String(), p.stderr.String()
}

// succeeds runs a command that has to succeed and say something.
func succeeds(t testing.TB, environment []string, says string, args ...string) string {
	t.Helper()
	code, stdout, stderr := command(t, environment, args...)
	if code != 0 || !regexp.MustCompile(says).MatchString(stdout) {
		t.Errorf("labelup %s: exit code %d, want %q in\n%s%s", strings.Join(args, " "), code, says, stdout, stderr)
	}
	return stdout
}

func refuses(t testing.TB, want int, environment []string, says string, args ...string) {
	t.Helper()
	code, stdout, stderr := command(t, environment, args...)
	if code != want || !regexp.MustCompile(says).MatchString(stderr) {
		t.Errorf("labelup %s: exit code %d, want %d and %q in\n%s%s", strings.Join(args, " "), code, want, says, stdout, stderr)
	}
}

func TestTheStateOfASiteSaysWhoDidWhat(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]site.Summary{
		"installed":                    {Enabled: true},
		"installed, disabled":          {},
		"blocked by the operator":      {Enabled: true, Blocked: true},
		"uninstalled 2026-03-01 12:00": {UninstalledAt: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)},
		"unreadable":                   {Corrupt: true},
	} {
		if got := state(s); got != want {
			t.Errorf("state(%+v) = %q, want %q", s, got, want)
		}
	}
}

func flush(t testing.TB, server *redistest.Server) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: server.Socket()})
	defer client.Close()
	if err := client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestABackupIsMadeListedVerifiedAndRestored(t *testing.T) {
	t.Parallel()
	server, acme, amazon := redistest.Start(t), startAtlassian(t), startAmazon(t)
	environment := append(acme.environment(server, ""), amazon.environment()...)
	p := start(t, environment, "serve")
	p.until("/ready", http.StatusOK)
	p.answers(http.StatusNoContent, acme.Lifecycle(connect.Installed), "install")

	refuses(t, 1, environment, "no such backup", "backup", "verify")
	succeeds(t, environment, "There is no backup", "backup", "list")
	made := succeeds(t, environment, `sites-\d+T\d+Z\.backup: 1 sites, 0 marks`, "backup")
	name := regexp.MustCompile(`sites-\S+\.backup`).FindString(made)
	succeeds(t, environment, regexp.QuoteMeta(name)+`\s+\d min old\s+[\d.]+ KiB`, "backup", "list")
	succeeds(t, environment, "restores: 1 sites, all secrets open", "backup", "verify")

	succeeds(t, environment, "1 +are there already", "restore", "--dry-run")
	flush(t, server)
	time.Sleep(time.Second) // no process believes an older answer for longer
	p.answers(http.StatusUnauthorized, acme.macro(), "with an empty Redis")
	for _, args := range [][]string{{"--dry-run"}, {name, "--dry-run"}, {"--dry-run", name}} {
		succeeds(t, environment, "Would restore "+regexp.QuoteMeta(name)+`, which holds 1 sites, in \S+:\n +1 +would be added`, append([]string{"restore"}, args...)...)
	}
	p.answers(http.StatusUnauthorized, acme.macro(), "after a dry run")
	succeeds(t, environment, "Restored "+regexp.QuoteMeta(name)+`, which holds 1 sites, in \S+:\n +1 +added`, "restore")
	time.Sleep(time.Second)
	p.answers(http.StatusOK, acme.macro(), "restored")

	// What is newer stays, and what was erased does not come back.
	p.answers(http.StatusNoContent, acme.rotate("rotated-secret-0123456789abcdefghij"), "rotation")
	succeeds(t, environment, "1 +are newer in Redis and stayed", "restore")
	p.answers(http.StatusOK, acme.macro(), "rotated, after a restore")
	succeeds(t, environment, "is erased", "sites", "erase", acme.ClientKey, "--confirm", strings.TrimPrefix(acme.server.URL, "http://"), "--reason", "T-1")
	succeeds(t, environment, "1 +were erased since and stay erased", "restore", name)
	time.Sleep(time.Second)
	p.answers(http.StatusUnauthorized, acme.macro(), "erased, after a restore")
	succeeds(t, environment, "0 sites, 1 marks", "backup")

	// Redis is lost: the newer backup knows of the erasure, or the operator does.
	flush(t, server)
	succeeds(t, environment, "1 +were erased since and stay erased", "restore", name)
	flush(t, server)
	succeeds(t, environment, "1 +left out", "restore", "--without", site.Name(acme.ClientKey)[:12], name)
	p.answers(http.StatusUnauthorized, acme.macro(), "left out")

	amazon.s3.Proxy.Down()
	refuses(t, 1, environment, "unavailable|timeout", "backup", "list")
	amazon.s3.Proxy.Heal()
	for _, log := range []string{string(amazon.Requests()), string(amazon.s3.Requests())} {
		if strings.Contains(log, acme.ClientKey) || strings.Contains(log, acme.BaseURL) || strings.Contains(log, acme.Secret) {
			t.Error("AWS was told which sites there are")
		}
	}
}

// named is a bucket with objects that have only names.
type named struct {
	backup.Bucket
	names []string
}

func (n named) List(context.Context) ([]backup.Object, error) {
	var objects []backup.Object
	for _, name := range n.names {
		objects = append(objects, backup.Object{Name: name})
	}
	return objects, nil
}

func TestWhatIsDatedAheadIsSaidToBe(t *testing.T) {
	var listed, difference strings.Builder
	bucket := named{names: []string{"sites-20271122T120000Z.backup", "sites-20261122T113000Z.backup"}}
	if err := listBackups(t.Context(), bucket, &listed, time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^sites-2027\S+ +dated 365 days ahead .*\n^sites-2026\S+ +30 min old `).MatchString(listed.String()) {
		t.Errorf("listed:\n%s", &listed)
	}
	printDifference(&difference, backup.Difference{}, 0)
	if !strings.Contains(difference.String(), "Nobody knows up to when erasures are known") {
		t.Errorf("said:\n%s", &difference)
	}
}

func TestAnEmptyRedisIsNotTakenForTheSites(t *testing.T) {
	t.Parallel()
	server, acme, amazon := redistest.Start(t), startAtlassian(t), startAmazon(t)
	environment := append(acme.environment(server, ""), amazon.environment()...)
	p := start(t, environment, "serve")
	p.until("/ready", http.StatusOK)
	p.answers(http.StatusNoContent, acme.Lifecycle(connect.Installed), "install")
	made := regexp.MustCompile(`sites-\S+\.backup`).FindString(succeeds(t, environment, "1 sites", "backup"))
	flush(t, server)
	nextSecond()
	full := regexp.QuoteMeta(made) + " holds 1"
	refuses(t, 1, environment, "no old backup was deleted: .*"+full, "backup")
	refuses(t, 1, environment, "it holds no sites, and an older one does: "+full, "backup", "verify")
	refuses(t, 1, environment, "it holds no sites, and an older one does: "+full+`\nGive the name`, "restore")
	refuses(t, 1, environment, full, "restore", "--dry-run")
	_, verified, _ := command(t, environment, "backup", "verify")
	if !strings.Contains(verified, "It holds no site at all.") {
		t.Errorf("verify says %s", verified)
	}
	succeeds(t, environment, "which holds 1 sites.*\n +1 +added", "restore", made)
}

// nextSecond waits until a backup gets another name than one made before.
func nextSecond() { time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) }

func TestARestoreSaysWhichSitesItDeletes(t *testing.T) {
	t.Parallel()
	server, acme, amazon := redistest.Start(t), startAtlassian(t), startAmazon(t)
	environment := append(acme.environment(server, ""), amazon.environment()...)
	p := start(t, environment, "serve")
	p.until("/ready", http.StatusOK)
	p.answers(http.StatusNoContent, acme.Lifecycle(connect.Installed), "install")
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: server.Socket()})
	defer client.Close()
	key := "labelup:{" + site.Name(acme.ClientKey) + "}:site"
	held := client.Get(t.Context(), key).Val()
	succeeds(t, environment, "is erased", "sites", "erase", acme.ClientKey, "--confirm", strings.TrimPrefix(acme.server.URL, "http://"), "--reason", "T-1")
	succeeds(t, environment, "0 sites, 1 marks", "backup")

	// Redis comes back as it was before the erasure.
	flush(t, server)
	if err := client.Set(t.Context(), key, held, 0).Err(); err != nil || held == "" {
		t.Fatal(err, held)
	}
	hash := site.Name(acme.ClientKey)[:12]
	succeeds(t, environment, "which holds 0 sites.*\n +1 +erased sites would be deleted from Redis: "+hash, "restore", "--dry-run")
	succeeds(t, environment, "which holds 0 sites.*\n +1 +erased sites are deleted from Redis: "+hash, "restore")
	if n := client.Exists(t.Context(), key).Val(); n != 0 {
		t.Error("the record is still there")
	}
}

func TestARestoreThatMayBringErasedSitesBackHasToBeForced(t *testing.T) {
	t.Parallel()
	server, acme, amazon := redistest.Start(t), startAtlassian(t), startAmazon(t)
	environment := append(append(acme.environment(server, sealKey("k1")), amazon.environment()...), "KMS_KEY_ID=", "BACKUP_KEEP_DAYS=1")
	p := start(t, environment, "serve")
	p.until("/ready", http.StatusOK)
	p.answers(http.StatusNoContent, acme.Lifecycle(connect.Installed), "install")
	settings, err := config.Read(func(name string) (value string) {
		for _, setting := range environment {
			if set, isSet := strings.CutPrefix(setting, name+"="); isSet {
				value = set // the last one counts
			}
		}
		return value
	})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	store, sealer, err := service.OpenStore(settings, log, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	bucket := service.Bucket(settings, log)
	report, err := backup.Write(t.Context(), store, bucket, sealer, time.Now().Add(-49*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	flush(t, server)
	refuses(t, 1, environment, `is 3 days old, erasures are remembered for 2\nNothing was restored`, "restore")
	succeeds(t, environment, `1 +would be added(.*\n)+A restore would refuse this without --force:\n.*3 days old`, "restore", "--dry-run")
	refuses(t, 1, append(environment, "SEAL_KEYS="+sealKey("k2")), "unknown|key", "restore", "--force")
	succeeds(t, environment, `1 +added(.*\n)+Forced in spite of this:\n.*3 days old`, "restore", report.Name, "--force")

	// A newer one that was damaged may have known of an erasure.
	nextSecond()
	newer := regexp.MustCompile(`sites-\S+\.backup`).FindString(succeeds(t, environment, "1 sites", "backup"))
	nextSecond()
	damaged := regexp.MustCompile(`sites-\S+\.backup`).FindString(succeeds(t, environment, "1 sites", "backup"))
	if err := bucket.Put(t.Context(), damaged, strings.NewReader("cut off")); err != nil {
		t.Fatal(err)
	}
	refuses(t, 1, environment, "newer backups cannot be read.*"+regexp.QuoteMeta(damaged), "restore", newer)
	succeeds(t, environment, "1 +were there already", "restore", newer, "--force")
	code, _, stderr := command(t, environment, "restore", "--dry-run")
	if code != 1 || !strings.Contains(stderr, "damaged") || strings.Contains(stderr, "part may have been written") {
		t.Errorf("a dry run of a damaged one: exit code %d: %s", code, stderr)
	}
}

func TestTheBackupCommandsAreCalledRightOrSayHow(t *testing.T) {
	t.Parallel()
	environment := []string{"REDIS_URL=redis://127.0.0.1:1"}
	succeeds(t, environment, "labelup backup verify", "backup", "--help")
	succeeds(t, environment, "labelup backup verify", "backup", "verify", "-h")
	succeeds(t, environment, "(?s)--force .*may come back", "restore", "--help")
	refuses(t, 2, environment, "^labelup backup: it takes now, list or verify\n\nlabelup backup", "backup", "verfy")
	refuses(t, 2, environment, "^labelup backup: there is too much after list\n", "backup", "list", "a")
	refuses(t, 2, environment, "^labelup backup: flag provided but not defined: -json\n", "backup", "list", "--json")
	refuses(t, 2, environment, "^labelup restore: it takes the name of one backup\n\nlabelup restore", "restore", "a", "--dry-run", "b")
	refuses(t, 2, environment, "^labelup restore: flag provided but not defined: -dry\n", "restore", "a", "--dry")
}

func TestABackupUnderWayAtSIGTERMLeavesNothingInTheBucket(t *testing.T) {
	t.Parallel()
	server, acme, amazon := redistest.Start(t), startAtlassian(t), startAmazon(t)
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: server.Socket()})
	defer client.Close()
	pipe := client.Pipeline()
	for n := range 5000 { // which takes several parts
		key := fmt.Sprint("client-", n)
		pipe.Set(t.Context(), "labelup:{"+site.Name(key)+"}:site", fmt.Sprintf(`{"version":1,"clientKey":%q,"displayUrl":%q}`, key, strings.Repeat("d", 2000)), 0)
	}
	if _, err := pipe.Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	environment := append(append(acme.environment(server, ""), amazon.environment()...), "BACKUP_HOURS=1")
	amazon.s3.Proxy.Delay(100 * time.Millisecond)
	p := start(t, environment, "serve")
	p.until("/ready", http.StatusOK)
	deadline := time.Now().Add(patience)
	for !strings.Contains(p.stdout.String(), `"operation":"s3_put_begin"`) {
		if time.Now().After(deadline) {
			t.Fatalf("no backup is under way:\n%s", p.stdout)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if len(amazon.s3.Unfinished(t)) == 0 {
		t.Error("there is nothing to leave behind")
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.stdout)
	}
	if left := append(amazon.s3.Unfinished(t), amazon.s3.Objects(t)...); len(left) > 0 {
		t.Errorf("%v is left:\n%s", left, p.stdout)
	}
}

// scraped is what Prometheus is told.
func scraped(t testing.TB, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestWhereBackupsAreMadeByCommandTheirAgeIsStillKnown(t *testing.T) {
	t.Parallel()
	server, acme, amazon := redistest.Start(t), startAtlassian(t), startAmazon(t)
	address := "127.0.0.1:" + strconv.Itoa(freePort(t))
	environment := append(append(acme.environment(server, ""), amazon.environment()...), "METRICS_ADDRESS="+address)
	succeeds(t, environment, "0 sites", "backup")
	p := start(t, environment, "serve")
	p.until("/ready", http.StatusOK)
	known := regexp.MustCompile(`(?m)^labelup_backup_age_seconds \d`)
	deadline := time.Now().Add(patience)
	for {
		metrics := scraped(t, address)
		if !strings.Contains(metrics, "\nlabelup_backup_interval_seconds 0\n") {
			t.Fatalf("the interval is not there:\n%s", metrics)
		}
		if known.MatchString(metrics) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the age is not known:\n%s", metrics)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if n := len(amazon.s3.Objects(t)); n != 1 {
		t.Errorf("there are %d backups", n)
	}
}

func TestTheRunningServiceBacksUpByItself(t *testing.T) {
	t.Parallel()
	server, acme, amazon := redistest.Start(t), startAtlassian(t), startAmazon(t)
	environment := append(append(acme.environment(server, ""), amazon.environment()...), "BACKUP_HOURS=1")
	p := start(t, environment, "serve")
	p.until("/ready", http.StatusOK)
	deadline := time.Now().Add(patience)
	for len(amazon.s3.Objects(t)) == 0 {
		if time.Now().After(deadline) {
			t.Fatalf("there is no backup:\n%s", p.stdout)
		}
		time.Sleep(50 * time.Millisecond)
	}
	succeeds(t, environment, `restores: 0 sites.*\nIt holds no site at all`, "backup", "verify")
}

func TestSealingMovesFromLocalKeysToKMSAndBackWithoutDowntime(t *testing.T) {
	t.Parallel()
	server, acme, amazon := redistest.Start(t), startAtlassian(t), startAmazon(t)
	amazon.AddKey("0a1b2c3d-0000-4000-8000-00000000000b")
	aws := amazon.environment()
	k1 := "SEAL_KEYS=" + sealKey("k1")
	second := "KMS_KEY_ID=0a1b2c3d-0000-4000-8000-00000000000b,0a1b2c3d-0000-4000-8000-00000000000a"
	steps := []struct {
		name    string
		setting []string
		rotate  bool
	}{
		{"local keys", []string{k1, "KMS_KEY_ID="}, false},
		{"local keys seal, KMS opens", []string{k1, "SEAL_WITH=local"}, false},
		{"KMS seals, local keys open", []string{k1}, true},
		{"KMS alone", nil, false},
		{"another KMS key opens", []string{"KMS_KEY_ID=0a1b2c3d-0000-4000-8000-00000000000a,0a1b2c3d-0000-4000-8000-00000000000b"}, false},
		{"another KMS key seals", []string{second}, true},
		{"the other KMS key alone", []string{"KMS_KEY_ID=0a1b2c3d-0000-4000-8000-00000000000b"}, false},
		{"KMS seals, local keys open again", []string{"KMS_KEY_ID=0a1b2c3d-0000-4000-8000-00000000000b", k1}, false},
		{"local keys seal again", []string{"KMS_KEY_ID=0a1b2c3d-0000-4000-8000-00000000000b", k1, "SEAL_WITH=local"}, true},
		{"local keys alone", []string{k1, "KMS_KEY_ID="}, false},
	}
	var before *process
	for i, step := range steps {
		environment := append(append(acme.environment(server, ""), aws...), step.setting...)
		after := start(t, environment, "serve")
		after.until("/ready", http.StatusOK)
		if before == nil {
			after.answers(http.StatusNoContent, acme.Lifecycle(connect.Installed), "install")
			before = after
			continue
		}
		both := func(what string) {
			t.Helper()
			for _, p := range []*process{before, after} {
				p.answers(http.StatusOK, acme.macro(), step.name+", "+what)
			}
		}
		both("as it was sealed")
		if step.rotate {
			succeeds(t, environment, "0 records are current, 1 are not", "seal", "status")
			succeeds(t, environment, "Sealed 1 sites anew", "seal", "rotate")
			succeeds(t, environment, "1 records are current, 0 are not", "seal", "rotate")
			time.Sleep(time.Second)
			both("sealed anew")
		}
		after.answers(http.StatusNoContent, acme.rotate(fmt.Sprintf("secret-of-step-%d-0123456789abcdef", i)), "an install while "+step.name)
		time.Sleep(time.Second)
		both("after an install")
		before = after
	}
}

func TestWhenKMSFailsReadingGoesOnAndInstallsFailCleanly(t *testing.T) {
	for name, fault := range map[string]awstest.Fault{
		"throttled": awstest.Throttle, "denied": awstest.Deny, "failing": awstest.Fail, "not answering": awstest.Hang, "cut off": awstest.Reset,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, acme, amazon := redistest.Start(t), startAtlassian(t), awstest.Start(t)
			amazon.AddKey("0a1b2c3d-0000-4000-8000-00000000000a")
			environment := append(acme.environment(server, ""),
				"AWS_REGION="+awstest.Region, "AWS_ACCESS_KEY_ID="+awstest.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+awstest.SecretAccessKey,
				"AWS_ENDPOINT_URL="+amazon.Proxy.URL(), "KMS_KEY_ID=0a1b2c3d-0000-4000-8000-00000000000a")
			p := start(t, environment, "serve")
			p.until("/ready", http.StatusOK)
			p.answers(http.StatusNoContent, acme.Lifecycle(connect.Installed), "install")
			p.answers(http.StatusOK, acme.macro(), "before")

			amazon.Misbehave(fault, -1)
			time.Sleep(time.Second) // the record itself has to be read from Redis again
			p.answers(http.StatusOK, acme.macro(), "a page while KMS fails")
			p.answers(http.StatusOK, acme.BrowserCall(http.MethodPost, "/api/labels", `{"contentId":"123","add":["a"]}`), "a change while KMS fails")
			secret := acme.Secret
			update := acme.rotate("rotated-secret-0123456789abcdefghij")
			status, header, _ := p.send(update)
			if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
				t.Errorf("an update while KMS fails is answered %d, Retry-After %q", status, header.Get("Retry-After"))
			}
			acme.Secret = secret
			time.Sleep(time.Second)
			p.answers(http.StatusOK, acme.macro(), "with the old secret after the update that failed")

			amazon.Behave()
			acme.Secret = "rotated-secret-0123456789abcdefghij"
			p.answers(http.StatusNoContent, acme.Lifecycle(connect.Installed), "the update again")
			p.answers(http.StatusOK, acme.macro(), "with the new secret")
			if log := p.stdout.String(); strings.Contains(log, awstest.Account) || strings.Contains(log, "arn:") {
				t.Errorf("the log names the account:\n%s", log)
			}
		})
	}
}

func TestTheLogGoesToCloudWatchAndItsOutageIsNotFelt(t *testing.T) {
	t.Parallel()
	server, acme, amazon := redistest.Start(t), startAtlassian(t), awstest.Start(t)
	environment := append(acme.environment(server, sealKey("k1")),
		"AWS_REGION="+awstest.Region, "AWS_ACCESS_KEY_ID="+awstest.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+awstest.SecretAccessKey,
		"AWS_ENDPOINT_URL="+amazon.Proxy.URL(), "CLOUDWATCH_LOG_GROUP=labelup", "LOG_RETENTION_DAYS=7", "LOG_LEVEL=info",
		"METRICS_ADDRESS=127.0.0.1:"+strconv.Itoa(freePort(t)))
	amazon.Misbehave(awstest.Hang, -1)
	p := start(t, environment, "serve")
	p.until("/ready", http.StatusOK)
	p.answers(http.StatusNoContent, acme.Lifecycle(connect.Installed), "install while CloudWatch does not answer")
	p.answers(http.StatusOK, acme.macro(), "a page while CloudWatch does not answer")
	amazon.Behave()
	refuses(t, 2, environment, "needs --reason", "sites", "list")
	succeeds(t, environment, "1 sites", "sites", "list", "--reason", "TICKET-17")
	var lines string
	deadline := time.Now().Add(patience)
	for !strings.Contains(lines, `"route":"/macro/labels"`) || !strings.Contains(lines, `"reference":"TICKET-17"`) {
		if time.Now().After(deadline) {
			t.Fatalf("CloudWatch has\n%s\nof\n%s", lines, p.stdout)
		}
		time.Sleep(100 * time.Millisecond)
		lines = strings.Join(amazon.AllLines("labelup"), "\n")
	}
	if days := amazon.RetentionDays("labelup"); days != 7 {
		t.Errorf("CloudWatch keeps the log for %d days", days)
	}
	succeeds(t, environment, `/macro/labels`, "logs", "--reason", "TICKET-17", "--site", acme.ClientKey)
	succeeds(t, environment, `slowest`, "logs", "--summary", "--reason", "TICKET-17")
}

func TestSitesAreListedShownBlockedAndErased(t *testing.T) {
	t.Parallel()
	server, acme := redistest.Start(t), startAtlassian(t)
	environment := acme.environment(server, sealKey("k1"))
	p := acme.serve(t, server, sealKey("k1"))
	p.answers(http.StatusNoContent, acme.Lifecycle(connect.Installed), "install")
	hash := site.Name(acme.ClientKey)[:12]
	host := strings.TrimPrefix(acme.server.URL, "http://")
	reason := []string{"--reason", "T-1"}
	sites := func(args ...string) []string { return append(append([]string{"sites"}, args...), reason...) }

	listed := succeeds(t, environment, hash+`\s+`+regexp.QuoteMeta(acme.BaseURL), sites("list")...)
	shown := succeeds(t, environment, "sharedSecret: sealed, ", sites("show", acme.ClientKey)...)
	for _, secret := range []string{acme.Secret, "v1.k1."} {
		if strings.Contains(listed+shown, secret) {
			t.Errorf("it shows %q", secret)
		}
	}
	succeeds(t, environment, "sharedSecret: sealed, ", sites("show", acme.BaseURL+"/spaces/A")...)
	refuses(t, 1, environment, "no record of this site", sites("show", "other.atlassian.net")...)
	log := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(log, []byte(p.stdout.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	succeeds(t, environment, "POST /installed", "logs", log, "--site", acme.BaseURL, "--reason", "T-1")
	refuses(t, 1, environment, "no site that has the app", "logs", log, "--site", "other.atlassian.net", "--reason", "T-1")
	refuses(t, 1, nil, "its hash needs none", "logs", log, "--site", acme.BaseURL, "--reason", "T-1")

	succeeds(t, environment, "is blocked", sites("block", hash)...)
	time.Sleep(time.Second)
	p.answers(http.StatusForbidden, acme.macro(), "blocked")
	p.answers(http.StatusNoContent, acme.rotate("rotated-secret-0123456789abcdefghij"), "an update of a blocked site")
	p.answers(http.StatusForbidden, acme.macro(), "blocked, after an update")
	succeeds(t, environment, "blocked by the operator", sites("list")...)
	succeeds(t, environment, "is unblocked", sites("unblock", hash)...)
	time.Sleep(time.Second)
	p.answers(http.StatusOK, acme.macro(), "unblocked")

	refuses(t, 1, environment, "nothing was erased", sites("erase", hash)...)
	refuses(t, 1, environment, "nothing was erased", sites("erase", hash, "--confirm", "other.example.com")...)
	p.answers(http.StatusOK, acme.macro(), "not erased")
	succeeds(t, environment, "is erased", sites("erase", hash, "--confirm", host)...)
	time.Sleep(time.Second) // for as long the process may believe what Redis said
	p.answers(http.StatusUnauthorized, acme.macro(), "erased")
	succeeds(t, environment, "nothing is held of it", sites("erase", acme.ClientKey, "--confirm", host)...)
	refuses(t, 1, environment, "no record of this site", sites("show", hash)...)

	refuses(t, 2, environment, "SITE is a client key", "sites", "show", "--reason", "T-1")
	refuses(t, 2, environment, "needs --reason", "sites", "list", "--reason", "because Jane of Acme called")
}

// drillSites is how many sites TestARestoreDrill works with: few, or as many
// as `make drill` says, which measures.
func drillSites() int {
	if n, err := strconv.Atoi(os.Getenv("DRILL_SITES")); err == nil {
		return n
	}
	return 2000
}

func TestARestoreDrill(t *testing.T) {
	t.Parallel()
	sites := drillSites()
	server, acme, amazon := redistest.Start(t), startAtlassian(t), startAmazon(t)
	environment := append(append(acme.environment(server, sealKey("k1")), amazon.environment()...), "KMS_KEY_ID=")
	fill(t, server, sites)
	measured := func(says string, args ...string) {
		t.Helper()
		began := time.Now()
		p := start(t, environment, args...)
		if code := p.exit(); code != 0 || !strings.Contains(p.stdout.String(), fmt.Sprintf(says, sites)) {
			t.Fatalf("exit code %d: %s%s", code, p.stdout, p.stderr)
		}
		t.Logf("%-16s %v, %d MiB of memory at most: %s", args[0], time.Since(began).Round(10*time.Millisecond), peakMemory(p)>>20, p.stdout)
	}
	measured("%d sites", "backup")
	flush(t, server)
	measured("%d  added", "restore")
	measured("%d  were there already", "restore")
	measured("restores: %d sites", "backup", "verify")
}

// fill writes sites as the app does, with secrets that open.
func fill(t testing.TB, server *redistest.Server, sites int) {
	t.Helper()
	local, err := seal.NewLocal(sealKey("k1"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := site.NewClient(server.URL(), site.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store := site.New(client, local, site.Settings{})
	defer store.Close()
	now := time.Now().UTC().Truncate(time.Second)
	var batch []site.Entry
	for i := range sites {
		key := fmt.Sprintf("client-key-%08d-0123456789abcdef", i)
		sealed, err := local.Seal(context.Background(), []byte(strings.Repeat("s", 64)), seal.Binding{Site: key, Field: "sharedSecret"})
		if err != nil {
			t.Fatal(err)
		}
		record, err := json.Marshal(map[string]any{
			"version": 1, "clientKey": key, "sharedSecret": sealed, "baseUrl": fmt.Sprintf("https://site-%d.atlassian.net/wiki", i),
			"oauthClientId": "oauth-" + key, "enabled": true, "installedAt": now, "changedAt": now,
		})
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, site.Entry{Name: site.Name(key), Record: record})
		if len(batch) == site.MaxImport || i == sites-1 {
			if _, err := store.Import(context.Background(), batch, true); err != nil {
				t.Fatal(err)
			}
			batch = batch[:0]
		}
	}
}

// peakMemory is the most that an ended process had resident, in bytes.
func peakMemory(p *process) int64 {
	usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10 // Linux gives KiB
}

func TestTheDoctorFindsASoundServiceSoundAndSaysWhatToDoAboutAnIllOne(t *testing.T) {
	t.Parallel()
	server, acme, amazon := redistest.Start(t, "maxmemory-policy noeviction"), startAtlassian(t), startAmazon(t)
	amazon.AddLogGroup("labelup", "earlier")
	amazon.AddLine(t, "labelup", "earlier", `{"msg":"request"}`, time.Now())
	port := strconv.Itoa(freePort(t))
	environment := append(append(acme.environment(server, sealKey("k1")), amazon.environment()...),
		"PORT="+port, "BASE_URL=http://127.0.0.1:"+port)
	p := start(t, environment, "serve")
	p.url = "http://127.0.0.1:" + port
	p.until("/ready", http.StatusOK)
	succeeds(t, environment, "backup", "backup")

	// Here nothing ends TLS, which is the one thing to find.
	code, report, _ := command(t, environment, "doctor")
	for _, check := range []string{"settings", "redis", "sealing", "clock", "Atlassian's key servers", "Atlassian's token server", "backups", "cloudwatch"} {
		if !regexp.MustCompile(`(?m)^ok +` + check + `: `).MatchString(report) {
			t.Errorf("%s is not found sound", check)
		}
	}
	if code != 1 || !strings.Contains(report, "It is served without TLS") || !strings.Contains(report, "9 checks, 1 problems, 0 warnings.") {
		t.Errorf("exit code %d:\n%s", code, report)
	}

	client := redis.NewClient(&redis.Options{Network: "unix", Addr: server.Socket()})
	defer client.Close()
	if err := client.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err(); err != nil {
		t.Fatal(err)
	}
	amazon.Misbehave(awstest.Deny, -1)
	amazon.s3.Proxy.Down()
	acme.server.Close()
	code, report, _ = command(t, environment, "doctor")
	for _, check := range []string{"redis", "sealing", "Atlassian's key servers", "Atlassian's token server", "backups", "cloudwatch"} {
		if !regexp.MustCompile(`(?m)^problem +` + check + `: .*\n +> `).MatchString(report) {
			t.Errorf("%s is not found to be a problem with a remedy", check)
		}
	}
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
	if t.Failed() || strings.Contains(report, awstest.Account) {
		t.Errorf("the report is\n%s", report)
	}
	code, report, _ = command(t, append(environment, "PORT=http", "SEAL_KEYS=hunter2", "REDIS_URL=hunter2"), "doctor", "--json")
	if code != 1 || !json.Valid([]byte(report)) || !strings.Contains(report, "PORT") || strings.Contains(report, "hunter2") {
		t.Errorf("with faulty settings: exit code %d:\n%s", code, report)
	}
}

func TestSealingAnewGoesOnWhereItWasInterrupted(t *testing.T) {
	t.Parallel()
	const sites = 120
	server, acme, amazon := redistest.Start(t, "appendfsync always"), startAtlassian(t), awstest.Start(t)
	amazon.AddKey("0a1b2c3d-0000-4000-8000-00000000000a")
	environment := append(acme.environment(server, sealKey("k1")),
		"AWS_REGION="+awstest.Region, "AWS_ACCESS_KEY_ID="+awstest.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+awstest.SecretAccessKey,
		"AWS_ENDPOINT_URL="+amazon.Proxy.URL(), "KMS_KEY_ID=0a1b2c3d-0000-4000-8000-00000000000a")
	fill(t, server, sites)
	succeeds(t, environment, "0 records are current, 120 are not, 0 cannot be read", "seal", "status")

	amazon.Misbehave(awstest.Deny, -1)
	refuses(t, 1, environment, "stopped after 0 of 120", "seal", "rotate")
	amazon.Behave()

	amazon.Proxy.Delay(50 * time.Millisecond)
	p := start(t, environment, "seal", "rotate")
	for deadline := time.Now().Add(patience); len(amazon.Called()) < 40; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not begin: %s%s", p.stdout, p.stderr)
		}
	}
	_ = p.cmd.Process.Kill()
	p.exit()
	amazon.Proxy.Heal()

	said := succeeds(t, environment, `[1-9]\d* records are current, [1-9]\d* are not`, "seal", "status")
	left := regexp.MustCompile(`current, (\d+) are not`).FindStringSubmatch(said)[1]
	succeeds(t, environment, "Sealed "+left+" sites anew", "seal", "rotate")
	succeeds(t, environment, "120 records are current, 0 are not, 0 cannot be read", "seal", "status")
	if asked := len(amazon.Called()); asked > sites+40 {
		t.Errorf("KMS was asked %d times to seal %d sites", asked, sites)
	}
}
