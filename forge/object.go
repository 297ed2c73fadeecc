package forge

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// object is a JSON object. Unlike a struct of encoding/json it takes a name in no
// other case than its own.
type object map[string]any

// readObject reads a JSON object and nothing else. It refuses one that has, at
// any depth, two members of one name: the next to read it may take the other one
// of the two. RFC 7519, section 4, allows that for claims and RFC 7515, section 4,
// for headers.
//
// encoding/json says whether it is JSON at all. Of its other ways to read one,
// those that see a name twice take longer than the proof of the signature.
func readObject(data []byte) (object, bool) {
	if !json.Valid(data) {
		return nil, false
	}
	r := &reader{rest: data}
	o, ok := r.value().(object)
	return o, ok && !r.twice
}

// reader reads valid JSON. Its depth is bounded by how long a token may be.
type reader struct {
	rest  []byte
	twice bool // two members of an object had one name
}

// next drops white space, then the character c if it comes next.
func (r *reader) next(c byte) bool {
	r.rest = bytes.TrimLeft(r.rest, " \t\r\n")
	if r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

func (r *reader) value() any {
	switch {
	case r.next('{'):
		o := object{}
		for !r.next('}') {
			r.next(',')
			r.next('"')
			name := r.text()
			r.next(':')
			if _, twice := o[name]; twice {
				r.twice = true
			}
			o[name] = r.value()
		}
		return o
	case r.next('['):
		all := []any{}
		for !r.next(']') {
			r.next(',')
			all = append(all, r.value())
		}
		return all
	case r.next('"'):
		return r.text()
	default:
		end := bytes.IndexAny(r.rest, " \t\r\n,]}")
		if end < 0 {
			end = len(r.rest)
		}
		word := string(r.rest[:end])
		r.rest = r.rest[end:]
		switch word {
		case "null":
			return nil
		case "true", "false":
			return word == "true"
		default:
			return json.Number(word)
		}
	}
}

// text reads a string whose first quote has been read.
func (r *reader) text() string {
	end, escaped := 0, false
	for r.rest[end] != '"' {
		if r.rest[end] == '\\' {
			escaped = true
			end++
		}
		end++
	}
	text := string(r.rest[:end])
	r.rest = r.rest[end+1:]
	if escaped || !utf8.ValidString(text) {
		_ = json.Unmarshal([]byte(`"`+text+`"`), &text) // it is known to be a string
	}
	return text
}

// in is an object in the object; an empty one if there is none.
func (o object) in(name string) object {
	inside, _ := o[name].(object)
	return inside
}

// text is a string, "" if there is none.
func (o object) text(name string) string {
	s, _ := o[name].(string)
	return s
}

// id is a string, or a number as it is written; "" if there is neither.
func (o object) id(name string) string {
	if n, ok := o[name].(json.Number); ok {
		return n.String()
	}
	return o.text(name)
}

// seconds is a time as a number of seconds since 1970; 0 if there is none that a
// clock could show.
func (o object) seconds(name string) float64 {
	n, _ := o[name].(json.Number)
	seconds, err := n.Float64()
	if err != nil || seconds < 0 || seconds > 1<<33 {
		return 0
	}
	return seconds
}

func (o object) has(name string) bool { return o[name] != nil }
