package redistest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TLS is a certificate for 127.0.0.1 that nobody vouches for, as Heroku's Redis
// has one. nil is no TLS.
type TLS struct {
	Pool *x509.CertPool // vouches for it after all

	certificate, key string // files
}

// NewTLS makes a certificate that is valid for an hour.
func NewTLS(t testing.TB) *TLS {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "redis"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := &TLS{Pool: x509.NewCertPool(), certificate: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	c.Pool.AddCert(certificate)
	for file, block := range map[string]*pem.Block{
		c.certificate: {Type: "CERTIFICATE", Bytes: der}, c.key: {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// Listen are the lines of redis.conf that have a server listen on a TCP port,
// and call other servers, by TLS.
func (c *TLS) Listen(port int) []string {
	if c == nil {
		return []string{fmt.Sprintf("port %d", port)}
	}
	return []string{
		fmt.Sprintf("tls-port %d", port), "tls-cert-file " + c.certificate, "tls-key-file " + c.key,
		"tls-ca-cert-file " + c.certificate, "tls-auth-clients no", "tls-replication yes", "tls-cluster yes",
	}
}

// scheme is what a REDIS_URL begins with.
func (c *TLS) scheme() string {
	if c == nil {
		return "redis"
	}
	return "rediss"
}

// Start runs a redis-server that is reached by TCP, and returns its address as
// REDIS_URL has it.
func (c *TLS) Start(t testing.TB, config ...string) (s *Server, url string) {
	t.Helper()
	port := FreePort(t)
	return Start(t, append(c.Listen(port), config...)...), fmt.Sprintf("%s://127.0.0.1:%d", c.scheme(), port)
}
