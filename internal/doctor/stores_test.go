package doctor

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"labelup/internal/backup"
	"labelup/internal/seal"
	"labelup/internal/site"
)

func TestFaultsOfTheSettingsAreListed(t *testing.T) {
	wants(t, run1(t, Environment(nil)), Fine)
	got := run1(t, Environment([]error{errors.New("BASE_URL is not set"), errors.New("PORT must be a number\nSEAL_KEYS is not set")}))
	wants(t, got, Problem, "BASE_URL is not set; PORT must be a number; SEAL_KEYS is not set.", "--settings")
}

type fakeRedis struct {
	status site.Status
	err    error
}

func (f fakeRedis) Status(context.Context) (site.Status, error) { return f.status, f.err }

func TestRedisMustKeepWhatItIsGiven(t *testing.T) {
	good := site.Status{Version: "7.2.4", Persistent: true, Sites: 12}
	with := func(change func(*site.Status)) fakeRedis {
		status := good
		change(&status)
		return fakeRedis{status: status}
	}
	tests := map[string]struct {
		redis fakeRedis
		state State
		says  []string
	}{
		"all is well":              {fakeRedis{status: good}, Fine, []string{"12 sites", "Version 7.2"}},
		"it is down":               {fakeRedis{err: errors.New("dial redis.secret.example: refused")}, Problem, []string{"does not answer", "REDIS_URL"}},
		"it is too slow":           {fakeRedis{err: context.DeadlineExceeded}, Problem, []string{"timeout"}},
		"it may evict":             {with(func(s *site.Status) { s.MayEvict = true }), Problem, []string{"noeviction"}},
		"it does not persist":      {with(func(s *site.Status) { s.Persistent = false }), Warning, []string{"append-only"}},
		"it is too old":            {with(func(s *site.Status) { s.Version = "6.0.16" }), Problem, []string{"version 6.0", "6.2"}},
		"it is much too old":       {with(func(s *site.Status) { s.Version = "5.9.9" }), Problem, []string{"version 5.9"}},
		"it is just new enough":    {with(func(s *site.Status) { s.Version = "6.2.0" }), Fine, nil},
		"it has two digits":        {with(func(s *site.Status) { s.Version = "10.1" }), Fine, nil},
		"one master is too old":    {with(func(s *site.Status) { s.Version = "7.2.4, 6.0.1" }), Problem, []string{"version 6.0"}},
		"it hides its version":     {with(func(s *site.Status) { s.Version = "" }), Warning, []string{"does not tell its version"}},
		"it says nonsense":         {with(func(s *site.Status) { s.Version = "secret" }), Warning, []string{"does not tell its version"}},
		"several things are wrong": {with(func(s *site.Status) { s.MayEvict, s.Persistent = true, false }), Problem, []string{"noeviction", "append-only"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := run1(t, Redis(test.redis))
			wants(t, got, test.state, test.says...)
			if strings.Contains(got.Detail+got.Remedy, "secret") {
				t.Errorf("%+v shows what Redis said", got)
			}
		})
	}
}

// fakeSealer is a sealer that misbehaves.
type fakeSealer struct {
	seal func(text string) (string, error)
	open func(sealed string) (string, error)
}

func (f fakeSealer) Seal(_ context.Context, plaintext []byte, _ seal.Binding) (string, error) {
	return f.seal(string(plaintext))
}

func (f fakeSealer) Open(_ context.Context, sealed string, _ seal.Binding) ([]byte, error) {
	text, err := f.open(sealed)
	return []byte(text), err
}

func reversed(text string) (string, error) {
	bytes := []byte(text)
	for i := range len(bytes) / 2 {
		bytes[i], bytes[len(bytes)-1-i] = bytes[len(bytes)-1-i], bytes[i]
	}
	return string(bytes), nil
}

func fails(err error) func(string) (string, error) {
	return func(string) (string, error) { return "", err }
}

func TestWhatIsSealedMustOpen(t *testing.T) {
	denied, down := seal.ErrKeyServiceDenied, seal.ErrKeyServiceUnavailable
	same := func(text string) (string, error) { return text, nil }
	tests := map[string]struct {
		sealer fakeSealer
		state  State
		says   []string
	}{
		"it does":                    {fakeSealer{reversed, reversed}, Fine, []string{"sealed and opened"}},
		"sealing is refused":         {fakeSealer{fails(denied), reversed}, Problem, []string{"sealed: the key service refuses", "kms:GenerateDataKey"}},
		"opening is refused":         {fakeSealer{reversed, fails(denied)}, Problem, []string{"opened: the key service refuses", "kms:Decrypt"}},
		"the key service is down":    {fakeSealer{fails(down), reversed}, Problem, []string{"does not answer", "Do not restart"}},
		"its own key is not known":   {fakeSealer{reversed, fails(seal.ErrUnknownKey)}, Problem, []string{"opened", "SEAL_KEYS"}},
		"it opens as something else": {fakeSealer{reversed, func(string) (string, error) { return "other", nil }}, Problem, []string{"something else"}},
		"it is not sealed at all":    {fakeSealer{same, same}, Problem, []string{"can be read as it is"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { wants(t, run1(t, Sealing(test.sealer)), test.state, test.says...) })
	}
}

func TestSealingWithALocalKeyIsFine(t *testing.T) {
	local, err := seal.NewLocal("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		t.Fatal(err)
	}
	wants(t, run1(t, Sealing(local)), Fine)
}

func TestSlowSealingIsSaidToBeSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(text string) (string, error) { time.Sleep(1500 * time.Millisecond); return reversed(text) }
		wants(t, Sealing(fakeSealer{slow, slow}).Run(t.Context()), Warning, "takes 3s", "AWS_REGION")
	})
}

// fakeBucket has objects, and fails where it is told to.
type fakeBucket struct {
	objects         map[string]string
	list, put, drop error
}

func (f *fakeBucket) List(context.Context) ([]backup.Object, error) {
	var objects []backup.Object
	for name := range f.objects {
		objects = append(objects, backup.Object{Name: name})
	}
	return objects, f.list
}

func (f *fakeBucket) Put(_ context.Context, name string, body io.Reader) error {
	if f.put != nil {
		return f.put
	}
	text, err := io.ReadAll(body)
	f.objects[name] = string(text)
	return err
}

func (f *fakeBucket) Get(context.Context, string) (io.ReadCloser, error) {
	return nil, errors.New("a check reads no backup")
}

func (f *fakeBucket) Delete(_ context.Context, name string) error {
	if f.drop == nil {
		delete(f.objects, name)
	}
	return f.drop
}

func TestBackupsMustBeMadeAndRecent(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	denied := errors.New("s3_call: denied")
	const old, recent, ahead = "sites-20261120T120000Z.backup", "sites-20261122T113000Z.backup", "sites-20271122T120000Z.backup"
	tests := map[string]struct {
		names  []string
		bucket fakeBucket
		maxAge time.Duration
		state  State
		says   []string
	}{
		"one is recent":                   {[]string{old, recent, "something-else"}, fakeBucket{}, 48 * time.Hour, Fine, []string{"2 backups", "30m0s old", "written to and cleaned"}},
		"one is just not too old":         {[]string{old}, fakeBucket{}, 48 * time.Hour, Fine, nil},
		"the newest is too old":           {[]string{old}, fakeBucket{}, 47 * time.Hour, Problem, []string{"48h0m0s old", "labelup backup now"}},
		"it is old, and made by hand":     {[]string{old}, fakeBucket{}, 0, Fine, nil},
		"there is none":                   {nil, fakeBucket{}, 48 * time.Hour, Warning, []string{"no backup", "verify"}},
		"one is recent, and one ahead":    {[]string{ahead, recent}, fakeBucket{}, 48 * time.Hour, Fine, []string{"1 backups", "30m0s old"}},
		"the newest but one ahead is old": {[]string{ahead, old}, fakeBucket{}, 47 * time.Hour, Problem, []string{"48h0m0s old"}},
		"only one that is dated ahead":    {[]string{ahead}, fakeBucket{}, 48 * time.Hour, Warning, []string{"no backup"}},
		"only other objects":              {[]string{"photo.jpg"}, fakeBucket{}, 48 * time.Hour, Warning, []string{"no backup"}},
		"it cannot be listed":             {nil, fakeBucket{list: denied}, 48 * time.Hour, Problem, []string{"be listed", "denied", "s3:ListBucket"}},
		"it cannot be written to":         {[]string{recent}, fakeBucket{put: denied}, 48 * time.Hour, Problem, []string{"be written to", "s3:PutObject"}},
		"what is old cannot be deleted":   {[]string{recent}, fakeBucket{drop: denied}, 48 * time.Hour, Problem, []string{"be cleaned", "s3:DeleteObject"}},
		"it can neither list nor written": {nil, fakeBucket{list: denied, put: denied}, 48 * time.Hour, Problem, []string{"s3:ListBucket", "s3:PutObject"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.bucket.objects = map[string]string{}
			for _, name := range test.names {
				test.bucket.objects[name] = ""
			}
			wants(t, run1(t, Bucket(&test.bucket, test.maxAge, func() time.Time { return now })), test.state, test.says...)
			if _, left := test.bucket.objects[checkObject]; left != (test.bucket.drop != nil) {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// fakeLog has lines, and then an error.
type fakeLog struct {
	lines []string
	err   error
	asked *time.Duration
}

func (f fakeLog) Lines(_ context.Context, since, until time.Time, follow bool, line func(string) error) error {
	if follow {
		return errors.New("a check does not follow")
	}
	*f.asked = until.Sub(since)
	for _, text := range f.lines {
		if err := line(text); err != nil {
			return err
		}
	}
	return f.err
}

func TestCloudWatchMustHaveTheLog(t *testing.T) {
	asked := time.Duration(0)
	tests := map[string]struct {
		log   fakeLog
		state State
		says  []string
	}{
		"it has lines":        {fakeLog{lines: []string{"secret", "secret"}}, Fine, []string{"last hour"}},
		"it has none":         {fakeLog{}, Warning, []string{"no line", "logs:PutLogEvents"}},
		"it cannot be read":   {fakeLog{err: errors.New("logs_filter: denied")}, Problem, []string{"logs_filter: denied", "CLOUDWATCH_LOG_GROUP"}},
		"it breaks off later": {fakeLog{lines: []string{"secret"}, err: errors.New("logs_filter: timeout")}, Fine, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.log.asked = &asked
			got := run1(t, CloudWatch(test.log, time.Now))
			wants(t, got, test.state, test.says...)
			if asked < time.Hour || asked > time.Hour+time.Minute || strings.Contains(got.Detail, "secret") {
				t.Errorf("it asks for %v and says %+v", asked, got)
			}
		})
	}
}
