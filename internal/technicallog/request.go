package technicallog

import "context"

// request is a context that knows its request. It is a type of its own because
// each request makes one, and context.WithValue would make two.
type request struct {
	context.Context //nolint:containedctx // it is one
	id, site        string
}

type requestKey struct{}

// Value implements context.Context.
func (r *request) Value(key any) any {
	if key == (requestKey{}) {
		return r
	}
	return r.Context.Value(key)
}

// WithRequest remembers in a context which request it belongs to, so that lines
// about calls that are made for it can say so. siteHash is from SiteHash; it is
// empty while nobody knows the site.
func WithRequest(ctx context.Context, requestID, siteHash string) context.Context {
	return &request{ctx, requestID, siteHash}
}

// RequestOf is what WithRequest remembered, or two empty strings.
func RequestOf(ctx context.Context) (requestID, siteHash string) {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r.id, r.site
	}
	return "", ""
}
