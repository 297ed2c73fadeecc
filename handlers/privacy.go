package handlers

import (
	"net/http"
	"strings"
	"time"

	"labelup/internal/fault"
)

// Privacy is what the service says about itself to anyone. It holds nothing of
// any site.
type Privacy struct {
	Page      []byte   // shown at /privacy, HTML that needs no other file
	Contact   string   `optional:""` // mailto: or https: address for reports; without one there is no security.txt
	Addresses []string // the app's own base URLs, the main one first
	Now       func() time.Time
}

// publicCache lets what is the same for everybody be kept for a short time.
var publicCache = []string{"public, max-age=3600"}

func (s *Server) privacy(x *exchange) error {
	x.header()["Cache-Control"] = publicCache
	x.send(http.StatusOK, contentHTML, s.Privacy.Page)
	return nil
}

// securityText says where to report a vulnerability, in the form of RFC 9116.
func (s *Server) securityText(x *exchange) error {
	if s.Privacy.Contact == "" || len(s.Privacy.Addresses) == 0 {
		return fault.New(fault.NotFound, "no_security_contact") // development: production does not start without one
	}
	x.header()["Cache-Control"] = publicCache
	x.send(http.StatusOK, contentText, []byte(s.Privacy.securityText()))
	return nil
}

// securityTextDays is how long what security.txt says may be believed. The
// standard advises less than a year.
const securityTextDays = 180

func (p Privacy) securityText() string {
	// By the day, so that all processes say the same.
	expires := p.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, securityTextDays)
	var text strings.Builder
	text.WriteString("Contact: " + p.Contact + "\n")
	text.WriteString("Expires: " + expires.Format(time.RFC3339) + "\n")
	text.WriteString("Preferred-Languages: en\n")
	for _, address := range p.Addresses {
		text.WriteString("Canonical: " + address + securityTextPath + "\n")
	}
	text.WriteString("Policy: " + p.Addresses[0] + privacyPath + "#security\n")
	return text.String()
}

const (
	privacyPath      = "/privacy"
	securityTextPath = "/.well-known/security.txt"
)
