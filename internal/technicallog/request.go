package technicallog

import "context"

type requestKey struct{}

type request struct{ id, site string }

// WithRequest remembers in a context which request it belongs to, so that lines
// about calls that are made for it can say so. siteHash is from SiteHash; it is
// empty while nobody knows the site.
func WithRequest(ctx context.Context, requestID, siteHash string) context.Context {
	return context.WithValue(ctx, requestKey{}, request{requestID, siteHash})
}

// RequestOf is what WithRequest remembered, or two empty strings.
func RequestOf(ctx context.Context) (requestID, siteHash string) {
	r, _ := ctx.Value(requestKey{}).(request)
	return r.id, r.site
}
