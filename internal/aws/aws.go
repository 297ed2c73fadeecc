// Package aws is all that the service uses of Amazon: KMS for the keys that
// seal secrets, S3 for backups, and CloudWatch Logs. It is the only package
// that knows the SDK.
//
// Nothing of an answer's text may leave it: AWS puts account ids, ARNs, bucket
// names and key ids into its errors, and of those only a class word comes out.
// It must not find settings by itself either: no environment, no shared files,
// no instance metadata. So it contacts the addresses that Settings leads to and
// no others, with the credentials in Settings and no others.
//
// Source: the API references of AWS KMS, Amazon S3 and CloudWatch Logs; their
// limits are named where they are kept to.
package aws

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// Settings say where AWS is and who calls it.
type Settings struct {
	Region          string
	AccessKeyID     string
	SecretAccessKey string
	Endpoint        string // instead of Amazon's own addresses, for every service; empty = those

	// These win over Endpoint for one service.
	KMSEndpoint  string
	S3Endpoint   string
	LogsEndpoint string

	// Observe is told of every call to the API once it has ended, from the
	// goroutine that made it: it must be quick and safe for concurrent use.
	// The context is that of the call.
	Observe func(context.Context, Call)
}

// Settings print as nothing: one of them is a secret.
func (Settings) String() string       { return "[aws settings]" }
func (Settings) GoString() string     { return "[aws settings]" }
func (Settings) LogValue() slog.Value { return slog.StringValue("[aws settings]") }

// patience is how long a service may take.
type patience struct {
	attempts  int           // how often a call is tried
	backoff   time.Duration // longest pause between two tries; they grow up to it, with jitter
	connect   time.Duration // for a connection, and again for its TLS handshake
	firstByte time.Duration // from the end of a request to the beginning of its answer
	silence   time.Duration // longest time in which a connection in use moves no byte
}

// config is made by hand: the SDK's own loader looks into the environment,
// files and instance metadata.
func (s Settings) config(endpoint string, patience patience) sdk.Config {
	config := sdk.Config{
		Region:      s.Region,
		Credentials: credentials.NewStaticCredentialsProvider(s.AccessKeyID, s.SecretAccessKey, ""),
		HTTPClient:  patience.client(),
		Retryer: func() sdk.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.MaxBackoff = patience.attempts, patience.backoff
			})
		},
		Logger:     logging.Nop{}, // the SDK's lines would hold what its errors hold
		APIOptions: []func(*middleware.Stack) error{observed(s.Observe)},

		RequestChecksumCalculation: sdk.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: sdk.ResponseChecksumValidationWhenSupported,
	}
	if endpoint == "" {
		endpoint = s.Endpoint
	}
	if endpoint != "" {
		config.BaseEndpoint = &endpoint
	}
	return config
}

func (p patience) client() *http.Client {
	dialer := net.Dialer{Timeout: p.connect}
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dialer.DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return impatient{conn, p.silence}, nil
			},
			TLSHandshakeTimeout:   p.connect,
			ResponseHeaderTimeout: p.firstByte,
			IdleConnTimeout:       min(p.silence/2, 20*time.Second),
			MaxIdleConnsPerHost:   8,
			DisableCompression:    true, // an object is read as it was written
		},
		// A bucket in another region answers with a redirect to an address
		// that nobody has configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// impatient is a connection that fails when it stands still. A whole transfer
// has no limit: it may be long, as long as it moves.
type impatient struct {
	net.Conn
	silence time.Duration
}

// Both directions are put off by either: while a request is being written,
// net/http already reads for the answer.
func (c impatient) Read(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c impatient) Write(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
