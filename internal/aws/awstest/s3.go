package awstest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"labelup/internal/aws"
)

// S3 is a versitygw, an S3 server that checks signatures and keeps objects in a
// folder, with one bucket and without versions.
type S3 struct {
	Proxy  *Proxy
	Bucket string

	folder string
	client *s3.Client // not through the proxy
}

// StartS3 builds the server, once, and runs it until the test ends. The first
// build on a machine takes some minutes. The test fails if it cannot, and is
// skipped by -short.
func StartS3(t testing.TB) *S3 {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes a server of S3")
	}
	program, err := buildS3()
	if err != nil {
		t.Fatal(err)
	}
	// Not t.TempDir: a unix socket's path holds 107 bytes, and tests here are
	// named by sentences.
	dir, err := os.MkdirTemp("", "s3") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s3.sock")
	objects, metadata := filepath.Join(dir, "objects"), filepath.Join(dir, "metadata")
	for _, folder := range []string{objects, metadata} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var output bytes.Buffer
	// The sidecar: not every file system has room for metadata of its own.
	cmd := exec.Command(program, "--port", socket, "--region", Region, "--quiet", "posix", "--sidecar", metadata, objects)
	cmd.Env = []string{"ROOT_ACCESS_KEY=" + AccessKeyID, "ROOT_SECRET_KEY=" + SecretAccessKey}
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // the status only repeats the signal
		if t.Failed() {
			t.Logf("the S3 server wrote:\n%s", output.String())
		}
	})
	awaitSocket(t, socket)
	s := &S3{Proxy: StartProxy(t, "unix", socket), Bucket: "backups-of-" + Account, folder: objects}
	direct := StartProxy(t, "unix", socket).URL()
	s.client = s3.New(s3.Options{
		Region: Region, BaseEndpoint: &direct, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(AccessKeyID, SecretAccessKey, ""),
	})
	if _, err := s.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &s.Bucket}); err != nil {
		t.Fatal(err)
	}
	return s
}

func awaitSocket(t testing.TB, socket string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the S3 server does not answer: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Settings lead to the server, through the proxy, with the right credentials.
// Only the endpoint of S3 is set.
func (s *S3) Settings() aws.Settings {
	return aws.Settings{
		Region: Region, AccessKeyID: AccessKeyID, SecretAccessKey: SecretAccessKey, S3Endpoint: s.Proxy.URL(),
	}
}

// Requests are all bytes that came through the proxy, heads and bodies.
func (s *S3) Requests() []byte { return s.Proxy.Sent() }

// Folder is where the bucket's objects lie, each a file with its name, until
// the test ends.
func (s *S3) Folder() string { return filepath.Join(s.folder, s.Bucket) }

// Objects are the names of all objects, asked past the proxy.
func (s *S3) Objects(t testing.TB) []string {
	t.Helper()
	out, err := s.client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &s.Bucket})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, object := range out.Contents {
		names = append(names, sdk.ToString(object.Key))
	}
	return names
}

// Unfinished are the names of the objects of which parts lie there that were
// neither completed nor aborted, asked past the proxy.
func (s *S3) Unfinished(t testing.TB) []string {
	t.Helper()
	out, err := s.client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &s.Bucket})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, upload := range out.Uploads {
		names = append(names, sdk.ToString(upload.Key))
	}
	return names
}

// buildS3 builds the program into the user's cache and returns its path. Other
// test processes wait for the one that builds.
var buildS3 = sync.OnceValues(func() (string, error) {
	module, err := s3Module()
	if err != nil {
		return "", err
	}
	sums, err := os.ReadFile(filepath.Join(module, "go.sum"))
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	folder := filepath.Join(cache, "labelup-tests")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	unlock, err := lock(filepath.Join(folder, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	version := sha256.Sum256(append(sums, runtime.Version()...))
	program := filepath.Join(folder, "versitygw-"+hex.EncodeToString(version[:8]))
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	build := exec.CommandContext(ctx, "go", "build", "-o", program+".new", "github.com/versity/versitygw/cmd/versitygw")
	build.Dir = module
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the S3 server: %w\n%s", err, output)
	}
	return program, os.Rename(program+".new", program)
})

// s3Module finds tools/s3server upwards from the test's folder.
func s3Module() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		module := filepath.Join(dir, "tools", "s3server")
		if _, err := os.Stat(filepath.Join(module, "go.mod")); err == nil {
			return module, nil
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		return "", errors.New("there is no tools/s3server in any folder above the test's")
	}
}
