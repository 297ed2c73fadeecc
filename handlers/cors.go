package handlers

import "net/http"

// A remote host's page calls a direct route from the browser, without the host
// between: what a suggestion is worked out from is more than the host passes on.
// Which origin the browser names is not documented, and it does not matter. The
// origin is never the proof, which is in the Authorization header; there are no
// cookies and no other rights that a browser adds by itself, and credentials are
// not allowed. So another site's page can send here what any program could, and
// gets the same refusal. Nothing is read for a preflight, and no other route says
// any of this.
//
// Source: Fetch, "CORS protocol".
var (
	anyOrigin     = []string{"*"}
	directMethods = []string{http.MethodPost}
	directHeaders = []string{"Authorization, *"} // the asterisk does not stand for Authorization
	shownHeaders  = []string{"Retry-After, X-Request-Id"}
	directForTwo  = []string{"7200"} // seconds; browsers keep to no more
)

// setCrossOrigin lets a script of any origin read an answer.
func setCrossOrigin(header http.Header) {
	header["Access-Control-Allow-Origin"] = anyOrigin
	header["Access-Control-Expose-Headers"] = shownHeaders
}

// preflight answers the browser's question whether it may call a direct route.
func (s *Server) preflight(x *exchange) error {
	header := x.header()
	header["Access-Control-Allow-Methods"] = directMethods
	header["Access-Control-Allow-Headers"] = directHeaders
	header["Access-Control-Max-Age"] = directForTwo
	x.response.WriteHeader(http.StatusNoContent)
	return nil
}
