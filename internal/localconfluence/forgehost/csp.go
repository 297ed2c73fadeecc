package forgehost

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// What the pages of every app may load in production.
const (
	forgeNetwork = "https://forge.cdn.prod.atlassian-dev.net"
	mediaHost    = "https://api.media.atlassian.com"
	objectStore  = "https://tdp-os.services.atlassian.com"
)

var (
	downloads = []string{objectStore + "/fos-eap/download/", objectStore + "/fos/app/download/", objectStore + "/fos/cdn/download/"}
	uploads   = []string{objectStore + "/fos-eap/upload/", objectStore + "/fos/app/upload/", objectStore + "/fos/cdn/upload/"}
	stored    = append(slices.Clone(downloads), "https://object-store.atlassian.com/os/ecosystem/installation/")
	images    = append([]string{
		"https://secure.gravatar.com", "https://images.unsplash.com",
		"https://avatar-management--avatars.us-west-2.prod.public.atl-paas.net", "https://*.wp.com/avatar-management--avatars.us-west-2.prod.public.atl-paas.net/",
		"https://api.atlassian.com", mediaHost,
		"https://pf-emoji-service.prod-east.frontend.public.atl-paas.net", "https://pf-reactions-service.prod-east.frontend.public.atl-paas.net",
		"https://assets-media.atlassian.com",
		"https://teams-directory-frontend.prod-east.frontend.public.atl-paas.net/assets/", "https://teams-directory-frontend.prod-east.frontend.public.atl-paas.net/assets/gradients/",
	}, stored...)
	connections = append(append([]string{
		"https://api.atlassian.com/metal/ingest", "https://api.atlassian.com/gateway/api/emoji/", "https://api.atlassian.com/gateway/api/elements/emoji",
		mediaHost, "https://as.atlassian.com", "https://forge-outbound-proxy.services.atlassian.com",
	}, append(slices.Clone(downloads), uploads...)...), stored[len(stored)-1])
)

// CSP is the Content-Security-Policy that Forge sends in production with a page
// of an app, on the site of that origin. Source: npm @forge/csp 6.3.2, beside
// which a test runs it.
func CSP(p Permissions, page []byte, site string) (string, error) {
	scripts, err := scriptSources(p.Content.Scripts, page)
	if err != nil {
		return "", err
	}
	var styles []string
	for _, one := range p.Content.Styles {
		if one != "unsafe-inline" {
			return "", fmt.Errorf("forgehost: permissions.content.styles: %q is not allowed", one)
		}
		styles = append(styles, "'unsafe-inline'")
	}
	outside := func(of []egress) []string {
		var out []string
		for _, one := range of {
			out = append(out, string(one))
		}
		return out
	}
	self, x := []string{"'self'"}, p.External
	var out []string
	directive := func(name string, parts ...[]string) {
		out = append(out, name+" "+strings.Join(slices.Concat(parts...), " "))
	}
	directive("default-src", self, stored)
	directive("frame-ancestors", self, []string{"*.atlassian.net", "bitbucket.org", "*.jira.com", "*.atlassian.com", "*.frontend.public.atl-paas.net", site}, stored)
	directive("frame-src", self, []string{site, mediaHost}, outside(x.Frames), stored)
	directive("font-src", self, stored, outside(x.Fonts))
	directive("img-src", self, []string{"data:", "blob:", site}, images, outside(x.Images))
	directive("media-src", self, []string{"data:", "blob:", site, mediaHost}, outside(x.Media), stored)
	directive("connect-src", self, []string{site}, connections, []string{forgeNetwork}, x.Fetch.Client)
	directive("script-src", self, []string{forgeNetwork}, stored, scripts, outside(x.Scripts))
	directive("style-src", self, []string{site, forgeNetwork}, stored, styles, outside(x.Styles))
	directive("form-action", self)
	directive("sandbox", strings.Fields(cspSandbox))
	directive("report-uri", []string{"https://web-security-reports.services.atlassian.com/csp-report/forge-cdn"})
	return strings.Join(out, "; "), nil
}

const cspSandbox = "allow-popups allow-popups-to-escape-sandbox allow-downloads allow-forms allow-modals allow-pointer-lock allow-same-origin allow-scripts"

var scriptHash = regexp.MustCompile(`^(sha256-[a-zA-Z0-9=+/]{44}|sha384-[a-zA-Z0-9=+/]{64}|sha512-[a-zA-Z0-9=+/]{88})$`)

// scriptSources are the words that the manifest declares, then the hashes of the
// page's inline scripts, then those that the manifest declares besides. What npm
// leaves out without a word is an error here.
func scriptSources(declared []string, page []byte) ([]string, error) {
	var words, hashes []string
	for _, one := range declared {
		switch {
		case one == "blob:":
			words = append(words, one)
		case one == "unsafe-inline" || one == "unsafe-eval" || one == "unsafe-hashes":
			words = append(words, "'"+one+"'")
		case scriptHash.MatchString(one):
			hashes = append(hashes, "'"+one+"'")
		default:
			return nil, fmt.Errorf("forgehost: permissions.content.scripts: %q is not allowed", one)
		}
	}
	inline, err := inlineScripts(page)
	if err != nil {
		return nil, err
	}
	var found []string
	if !slices.Contains(declared, "unsafe-inline") {
		for _, script := range inline {
			if script == "" {
				found = append(found, "''") // npm writes it so
				continue
			}
			sum := sha256.Sum256([]byte(script))
			found = append(found, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}
	}
	hashes = slices.DeleteFunc(hashes, func(hash string) bool { return slices.Contains(found, hash) })
	return slices.Concat(words, found, hashes), nil
}

func inlineScripts(page []byte) ([]string, error) {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("forgehost: the page: %w", err)
	}
	var out []string
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		has := func(name string) bool {
			return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
		}
		switch {
		case n.Data == "meta" && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool {
			return a.Key == "http-equiv" && strings.EqualFold(a.Val, "Content-Security-Policy")
		}):
			return nil, errors.New("forgehost: a page with a Content-Security-Policy of its own is not played")
		case n.Data == "script" && !has("src") && n.FirstChild == nil:
			out = append(out, "")
		case n.Data == "script" && !has("src"):
			out = append(out, n.FirstChild.Data)
		}
	}
	return out, nil
}
