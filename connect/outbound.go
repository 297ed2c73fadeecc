package connect

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// outboundLifetime is how long Confluence accepts a signed request.
const outboundLifetime = 3 * time.Minute

// SignRequest signs a request to a site's REST API as the app itself, by
// setting its Authorization header. A signature is good for this method, path
// and query only, so sign last, and sign again before a retry.
//
// It refuses a request to anywhere but below the site's base URL, and a site
// that is not installed.
func SignRequest(request *http.Request, site *Installation, appKey string, now time.Time) error {
	if !site.Installed() || site.SharedSecret == "" {
		return unauthorized(ReasonUninstalled)
	}
	base, err := url.Parse(site.BaseURL)
	if err != nil {
		return &Error{Kind: BadRequest, Reason: ReasonForeignURL, Cause: err}
	}
	if request.URL.Scheme != base.Scheme || request.URL.Host != base.Host ||
		!strings.HasPrefix(request.URL.EscapedPath()+"/", base.EscapedPath()+"/") {
		return &Error{Kind: BadRequest, Reason: ReasonForeignURL}
	}
	token, err := sign(site.SharedSecret, jwt.MapClaims{
		"iss": appKey,
		"iat": now.Unix(),
		"exp": now.Add(outboundLifetime).Unix(),
		"qsh": QSH(request.Method, request.URL.RequestURI(), base.EscapedPath()),
		"aud": []string{site.ClientKey},
	})
	if err != nil {
		return fmt.Errorf("connect: sign request: %w", err)
	}
	request.Header.Set("Authorization", "JWT "+token)
	return nil
}

func sign(secret Secret, claims jwt.MapClaims) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret.Bytes())
}
