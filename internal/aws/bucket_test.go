package aws_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/aws"
	"labelup/internal/aws/awstest"
)

// noise gives so many bytes that are always the same ones.
func noise(size int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{7}), size)
}

func allOf(t *testing.T, r io.Reader) []byte {
	t.Helper()
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

const mebibyte = 1 << 20

func TestAnObjectComesBackAsItWasWritten(t *testing.T) {
	server := awstest.StartS3(t)
	var seen calls
	settings := server.Settings()
	settings.Observe = seen.observe
	bucket := aws.NewBucket(settings, server.Bucket, "backups/")
	for name, size := range map[string]int64{
		"nothing":                           0,
		"a little":                          1000,
		"a byte less than a part":           5*mebibyte - 1,
		"a part":                            5 * mebibyte,
		"several parts, the last one short": 12*mebibyte + 345,
	} {
		t.Run(name, func(t *testing.T) {
			object := "sites-" + strings.ReplaceAll(name, " ", "-")
			if err := bucket.Put(t.Context(), object, noise(size)); err != nil {
				t.Fatal(err)
			}
			body, err := bucket.Get(t.Context(), object)
			if err != nil {
				t.Fatal(err)
			}
			got := allOf(t, body)
			if err := body.Close(); err != nil {
				t.Error(err)
			}
			if !bytes.Equal(got, allOf(t, noise(size))) {
				t.Errorf("%d bytes came back, others than the %d that were written", len(got), size)
			}
		})
	}
	for operation, want := range map[string]int{
		"s3_put": 3, "s3_put_begin": 2, "s3_put_part": 4, "s3_put_complete": 2, "s3_put_abort": 0, "s3_get": 5,
	} {
		got := seen.of(operation)
		if len(got) != want || slices.ContainsFunc(got, func(c aws.Call) bool { return c.Status != 200 || c.Class != "" }) {
			t.Errorf("%s was observed as %+v; want it %d times", operation, got, want)
		}
	}
	if sent := string(server.Requests()); !strings.Contains(strings.ToLower(sent), "x-amz-checksum-crc32: ") {
		t.Error("no checksum was sent")
	}
}

func TestABucketSeesOnlyItsPrefix(t *testing.T) {
	server := awstest.StartS3(t)
	ours := aws.NewBucket(server.Settings(), server.Bucket, "backups/")
	all := aws.NewBucket(server.Settings(), server.Bucket, "")
	for _, name := range []string{"sites-2", "sites-1"} {
		if err := ours.Put(t.Context(), name, strings.NewReader(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := all.Put(t.Context(), "something-else", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	listed, err := ours.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, object := range listed {
		names = append(names, object.Name)
		if object.Size != 7 {
			t.Errorf("listed %+v", object)
		}
	}
	if diff := cmp.Diff([]string{"sites-1", "sites-2"}, names); diff != "" {
		t.Errorf("listed names (-want +got):\n%s", diff)
	}
	if err := ours.Delete(t.Context(), "sites-1"); err != nil {
		t.Error(err)
	}
	if err := ours.Delete(t.Context(), "sites-1"); err != nil {
		t.Errorf("deleting it again: %v", err)
	}
	if diff := cmp.Diff([]string{"backups/sites-2", "something-else"}, server.Objects(t)); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(server.Folder(), "backups", "sites-2")); err != nil {
		t.Errorf("the object's file: %v", err)
	}
}

func TestListingGoesOnAfterTheFirstPage(t *testing.T) {
	server := awstest.StartS3(t)
	// As files: a thousand requests would take long.
	const count = 1100 // a page has at most 1000
	for i := range count {
		name := filepath.Join(server.Folder(), "sites-"+string(rune('a'+i/100))+string(rune('a'+i%100/10))+string(rune('a'+i%10)))
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listed, err := aws.NewBucket(server.Settings(), server.Bucket, "").List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(listed) != count {
		t.Errorf("%d objects were listed, not %d", len(listed), count)
	}
}

func TestWhyABucketRefuses(t *testing.T) {
	server := awstest.StartS3(t)
	tests := map[string]struct {
		change func(*aws.Settings, *string)
		class  string
	}{
		"another secret key": {func(s *aws.Settings, _ *string) { s.SecretAccessKey = "wrong" }, aws.Denied},
		// Amazon answers 403 InvalidAccessKeyId to this, and this server 404.
		"an unknown access key":  {func(s *aws.Settings, _ *string) { s.AccessKeyID = "wrong" }, aws.NotFound},
		"a bucket that is not":   {func(_ *aws.Settings, b *string) { *b = "wrong-bucket" }, aws.NotFound},
		"a port nobody hears on": {func(s *aws.Settings, _ *string) { s.S3Endpoint = "http://127.0.0.1:1" }, aws.Unavailable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			settings, name := server.Settings(), server.Bucket
			test.change(&settings, &name)
			bucket := aws.NewImpatientBucket(settings, name, "backups/")
			_, getting := bucket.Get(t.Context(), "sites-1")
			_, listing := bucket.List(t.Context())
			for operation, err := range map[string]error{
				"put a little": bucket.Put(t.Context(), "sites-1", strings.NewReader("x")),
				"put a lot":    bucket.Put(t.Context(), "sites-1", noise(6*mebibyte)),
				"get":          getting,
				"list":         listing,
			} {
				if class := classOf(t, err); class != test.class {
					t.Errorf("%s: class %s, want %s", operation, class, test.class)
				}
			}
		})
	}
	bucket := aws.NewBucket(server.Settings(), server.Bucket, "backups/")
	if _, err := bucket.Get(t.Context(), "sites-1"); classOf(t, err) != aws.NotFound || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an object that is not there: %v", err)
	}
}

// breaking fails after so many bytes.
type breaking struct {
	io.Reader
	err error
}

func (b breaking) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = b.err
	}
	return n, err
}

func TestAnUploadThatFailsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	server := awstest.StartS3(t)
	own := errors.New("the source broke")
	tests := map[string]struct {
		cutUp int64
		body  func(cancel func()) io.Reader
		class string // empty = the error is own
	}{
		"connections break in the middle of every part": {mebibyte, func(func()) io.Reader { return noise(12 * mebibyte) }, aws.Unavailable},
		"the source breaks after two parts":             {0, func(func()) io.Reader { return breaking{noise(12 * mebibyte), own} }, ""},
		"the source breaks at once":                     {0, func(func()) io.Reader { return breaking{noise(10), own} }, ""},
		"the caller gives up in the middle": {0, func(cancel func()) io.Reader {
			return io.MultiReader(noise(11*mebibyte), readerFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF }), noise(20*mebibyte))
		}, aws.Canceled},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			defer server.Proxy.Heal()
			var seen calls
			settings := server.Settings()
			settings.Observe = seen.observe
			bucket := aws.NewImpatientBucket(settings, server.Bucket, "")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			server.Proxy.CutUp(test.cutUp)
			err := bucket.Put(ctx, "sites-1", test.body(cancel))
			server.Proxy.Heal()
			switch {
			case test.class == "" && err != own: //nolint:errorlint // as it is
				t.Errorf("it says %v, not what the source said", err)
			case test.class != "" && classOf(t, err) != test.class:
				t.Errorf("it says %v, want class %s", err, test.class)
			}
			if objects := server.Objects(t); len(objects) > 0 {
				t.Errorf("objects: %q", objects)
			}
			if parts := server.Unfinished(t); len(parts) > 0 {
				t.Errorf("parts of %q lie there", parts)
			}
			began, aborted := len(seen.of("s3_put_begin")), len(seen.of("s3_put_abort"))
			if began != aborted || (name != "the source breaks at once") != (began == 1) {
				t.Errorf("%d uploads began and %d were aborted", began, aborted)
			}
		})
	}
}

func TestAnUploadThatCannotBeCompletedIsAbortedAndSaysSoOnlyToItsCaller(t *testing.T) {
	server := awstest.StartS3(t)
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)
	bucket := aws.NewImpatientBucket(server.Settings(), server.Bucket, "")
	// The parts vanish before they are put together.
	body := breaking{noise(6 * mebibyte), io.EOF}
	removing := readerFunc(func(p []byte) (int, error) {
		n, err := body.Read(p)
		if err != nil {
			removeParts(t, server)
		}
		return n, err
	})
	if class := classOf(t, bucket.Put(t.Context(), "sites-1", removing)); class != aws.Other && class != aws.NotFound {
		t.Errorf("class %s", class)
	}
	if objects, parts := server.Objects(t), server.Unfinished(t); len(objects)+len(parts) > 0 {
		t.Errorf("objects %q, parts %q", objects, parts)
	}
	if logged.Len() > 0 {
		t.Errorf("the SDK logged %q", logged.String())
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// removeParts waits for the first part and removes what the server has of it.
func removeParts(t *testing.T, server *awstest.S3) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		parts, err := filepath.Glob(filepath.Join(server.Folder(), ".sgwtmp", "multipart", "*", "*", "1"))
		if err != nil {
			t.Fatal(err)
		}
		if len(parts) == 1 {
			if err := os.Remove(parts[0]); err != nil {
				t.Error(err)
			}
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("no part has come")
}

func TestAnUploadSurvivesAConnectionThatBreaksOnce(t *testing.T) {
	t.Parallel()
	server := awstest.StartS3(t)
	var seen calls
	settings := server.Settings()
	settings.Observe = seen.observe
	server.Proxy.CutUp(3 * mebibyte)
	go func() {
		for server.Proxy.Cuts() == 0 && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		server.Proxy.Heal()
	}()
	if err := aws.NewBucket(settings, server.Bucket, "").Put(t.Context(), "sites-1", noise(7*mebibyte)); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(seen.of("s3_put_part"), func(c aws.Call) bool { return c.Retries > 0 }) {
		t.Error("no part was sent again: the connection never broke")
	}
	body, err := aws.NewBucket(server.Settings(), server.Bucket, "").Get(t.Context(), "sites-1")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if !bytes.Equal(allOf(t, body), allOf(t, noise(7*mebibyte))) {
		t.Error("other bytes came back")
	}
}

func TestADownloadThatIsCutIsAnErrorAndNeverAnEnd(t *testing.T) {
	t.Parallel()
	server := awstest.StartS3(t)
	for name, size := range map[string]int64{"in one part": 4 * mebibyte, "in several": 11 * mebibyte} {
		t.Run(name, func(t *testing.T) {
			defer server.Proxy.Heal()
			var seen calls
			settings := server.Settings()
			settings.Observe = seen.observe
			bucket := aws.NewImpatientBucket(settings, server.Bucket, "")
			if err := aws.NewBucket(server.Settings(), server.Bucket, "").Put(t.Context(), "sites-1", noise(size)); err != nil {
				t.Fatal(err)
			}
			server.Proxy.CutBack(2 * mebibyte)
			body, err := bucket.Get(t.Context(), "sites-1")
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			got, err := io.ReadAll(body)
			if int64(len(got)) >= size || classOf(t, err) != aws.Unavailable {
				t.Errorf("%d bytes came of %d, and then %v", len(got), size, err)
			}
			if _, again := body.Read(make([]byte, 10)); again == nil || errors.Is(again, io.EOF) {
				t.Errorf("reading on gives %v", again)
			}
			if calls := seen.of("s3_get"); len(calls) != 1 || calls[0].Class != aws.Unavailable || calls[0].Status != 200 {
				t.Errorf("observed %+v", calls)
			}
		})
	}
}

func TestAClosedDownloadIsNoEndEither(t *testing.T) {
	server := awstest.StartS3(t)
	bucket := aws.NewBucket(server.Settings(), server.Bucket, "")
	if err := bucket.Put(t.Context(), "sites-1", noise(mebibyte)); err != nil {
		t.Fatal(err)
	}
	body, err := bucket.Get(t.Context(), "sites-1")
	if err != nil {
		t.Fatal(err)
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
	if _, err := body.Read(make([]byte, 10)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("reading after Close gives %v", err)
	}
}

func TestATransferThatStandsStillFails(t *testing.T) {
	t.Parallel()
	server := awstest.StartS3(t)
	bucket := aws.NewImpatientBucket(server.Settings(), server.Bucket, "")
	if err := aws.NewBucket(server.Settings(), server.Bucket, "").Put(t.Context(), "sites-1", noise(8*mebibyte)); err != nil {
		t.Fatal(err)
	}
	body, err := bucket.Get(t.Context(), "sites-1")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	server.Proxy.Delay(10 * time.Second) // a bucket for tests waits for three
	defer server.Proxy.Heal()
	within(t, func() {
		if _, err := io.Copy(io.Discard, body); err == nil || classOf(t, err) != aws.Timeout {
			t.Errorf("down: %v", err)
		}
		if class := classOf(t, bucket.Put(t.Context(), "sites-2", noise(100))); class != aws.Timeout {
			t.Errorf("up: class %s", class)
		}
	})
}

func TestAnObjectChangedInTheBucketIsNotReadToAnEnd(t *testing.T) {
	server := awstest.StartS3(t)
	bucket := aws.NewImpatientBucket(server.Settings(), server.Bucket, "")
	for name, size := range map[string]int64{"in-one-part": 1000, "in-several": 6 * mebibyte} {
		t.Run(name, func(t *testing.T) {
			if err := aws.NewBucket(server.Settings(), server.Bucket, "").Put(t.Context(), name, noise(size)); err != nil {
				t.Fatal(err)
			}
			file, err := os.OpenFile(filepath.Join(server.Folder(), name), os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := file.WriteAt([]byte("changed"), size/2); err != nil {
				t.Fatal(err)
			}
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
			body, err := bucket.Get(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			if _, err := io.ReadAll(body); err == nil || classOf(t, err) != aws.Other {
				t.Errorf("reading it gives %v", err)
			}
		})
	}
}

// A garbage collection at every sample leaves only what is really held.
func TestALongUploadAndDownloadHoldAFewPartsInMemory(t *testing.T) {
	server := awstest.StartS3(t)
	bucket := aws.NewBucket(server.Settings(), server.Bucket, "")
	const size, most = 60 * mebibyte, 30 * mebibyte
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var passed, peak int64
	sampled := func(r io.Reader) io.Reader {
		return readerFunc(func(p []byte) (int, error) {
			n, err := r.Read(p)
			if passed/(2*mebibyte) != (passed+int64(n))/(2*mebibyte) {
				runtime.GC()
				runtime.ReadMemStats(&now)
				peak = max(peak, int64(now.HeapAlloc)-int64(before.HeapAlloc))
			}
			passed += int64(n)
			return n, err
		})
	}
	if err := bucket.Put(t.Context(), "sites-1", sampled(noise(size))); err != nil {
		t.Fatal(err)
	}
	body, err := bucket.Get(t.Context(), "sites-1")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if n, err := io.Copy(io.Discard, sampled(body)); err != nil || n != size {
		t.Fatalf("%d bytes came back, %v", n, err)
	}
	if passed != 2*size || peak > most {
		t.Errorf("%d bytes in memory for %d up and down", peak, passed)
	}
	t.Logf("at most %d MiB held", peak>>20)
}
