package connect

import (
	"strconv"
	"strings"
)

// scan reads claims that are written as Atlassian's servers write them: compact
// JSON without arrays, with no escapes in what matters, and with each name once.
// For anything else, right or wrong, it returns false, and decodeObject has to
// decide. Where it returns true decodeObject would give the same; FuzzClaims
// holds it to that.
//
// It is a second reader of what decides who is served, and stays because without
// it the macro page falls from 0.67 to 0.58 of the requests that a bare handler
// serves; the bar is 0.7. docs/measurements.md has how to measure it.
func (c *claims) scan(data string) bool {
	s := scanner{rest: data, claims: c}
	var path [64]byte
	return strings.HasPrefix(data, "{") && s.value(path[:0]) && s.rest == ""
}

// leaf returns where the claim at a path is kept, nil for a claim of no use.
func (c *claims) leaf(path []byte) any {
	told := &c.Context.Confluence
	switch string(path) {
	case "iss":
		return &c.Issuer
	case "sub":
		return &c.Subject
	case "aud":
		return &c.Audience
	case "iat":
		return &c.IssuedAt
	case "exp":
		return &c.Expires
	case "nbf":
		return (*float64)(&c.NotBefore)
	case "qsh":
		return &c.QSH
	case "context.license.active":
		return &c.Context.License.Active
	case "context.url.displayUrl":
		return &c.Context.URL.DisplayURL
	case "context.confluence.content.id":
		return (*string)(&told.Content.ID)
	case "context.confluence.content.type":
		return (*string)(&told.Content.Type)
	case "context.confluence.content.version":
		return (*string)(&told.Content.Version)
	case "context.confluence.space.id":
		return (*string)(&told.Space.ID)
	case "context.confluence.space.key":
		return (*string)(&told.Space.Key)
	case "context.confluence.macro.id":
		return (*string)(&told.Macro.ID)
	case "context.confluence.macro.hash":
		return (*string)(&told.Macro.Hash)
	case "context.confluence.macro.outputType":
		return (*string)(&told.Macro.OutputType)
	default:
		return nil
	}
}

// claimNames are the names in the paths above. encoding/json takes them in any
// case, so that another case must not be passed over.
var claimNames = []string{
	"iss", "sub", "aud", "iat", "exp", "nbf", "qsh", "context", "license", "active", "url", "displayUrl",
	"confluence", "content", "id", "type", "version", "space", "key", "macro", "hash", "outputType",
}

type scanner struct {
	rest   string // what is still to be read
	claims *claims
}

// value reads the value of the claim at a path.
func (s *scanner) value(path []byte) bool {
	leaf := s.claims.leaf(path)
	switch {
	case strings.HasPrefix(s.rest, "{"):
		return leaf == nil && s.object(path)
	case strings.HasPrefix(s.rest, `"`):
		text, plain, ok := s.text()
		if into, isText := leaf.(*string); isText {
			*into = text
			return ok && plain
		}
		return ok && leaf == nil
	case s.skip("true"):
		return setActive(leaf, true)
	case s.skip("false"):
		return setActive(leaf, false)
	default:
		number, ok := s.number()
		if into, isNumber := leaf.(*float64); isNumber {
			*into = number
			return ok
		}
		return ok && leaf == nil
	}
}

// maxScanned is how many members an object may have; Atlassian's have 10.
const maxScanned = 12

func setActive(leaf any, active bool) bool {
	if into, isActive := leaf.(**bool); isActive {
		*into = &active
		return true
	}
	return leaf == nil
}

func (s *scanner) object(path []byte) bool {
	if s.skip("{"); s.skip("}") {
		return true
	}
	if len(path) > 0 {
		path = append(path, '.')
	}
	var names [maxScanned]string
	for n := 0; ; n++ {
		key, plain, ok := s.text()
		if !ok || !plain || key == "" || n == maxScanned || strings.IndexByte(key, '.') >= 0 {
			return false
		}
		for _, name := range claimNames {
			if len(name) == len(key) && name != key && strings.EqualFold(name, key) {
				return false
			}
		}
		for _, name := range names[:n] {
			if len(name) == len(key) && strings.EqualFold(name, key) {
				return false
			}
		}
		names[n] = key
		if !s.skip(":") || !s.value(append(path, key...)) {
			return false
		}
		if !s.skip(",") {
			return s.skip("}")
		}
	}
}

// text reads a string, which is as it is written if it is plain.
func (s *scanner) text() (text string, plain, ok bool) {
	if !s.skip(`"`) {
		return "", false, false
	}
	plain = true
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			text, s.rest = s.rest[:i], s.rest[i+1:]
			return text, plain, true
		case c == '\\':
			plain = false
			if i++; i == len(s.rest) || !strings.Contains(`"\/bfnrt`, s.rest[i:i+1]) {
				return "", false, false
			}
		case c < ' ':
			return "", false, false
		case c >= 0x80:
			plain = false
		}
	}
	return "", false, false
}

// number reads a whole number of at most 15 digits, which a float64 holds.
func (s *scanner) number() (float64, bool) {
	end := 0
	for end < len(s.rest) && '0' <= s.rest[end] && s.rest[end] <= '9' {
		end++
	}
	if end == 0 || end > 15 || end > 1 && s.rest[0] == '0' {
		return 0, false
	}
	number, err := strconv.ParseInt(s.rest[:end], 10, 64)
	s.rest = s.rest[end:]
	return float64(number), err == nil
}

func (s *scanner) skip(token string) bool {
	rest, found := strings.CutPrefix(s.rest, token)
	s.rest = rest
	return found
}
