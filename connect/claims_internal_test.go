package connect

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// asWritten are claims as Atlassian writes them.
const asWritten = `{"sub":"557058:f-1","qsh":"9db993b9597f55457389a72ff0ea4ae9e7bcc850e9ee6d88b581de090115682c","iss":"site-a",` +
	`"context":{"license":{"active":true},"url":{"displayUrl":"https://site-a.atlassian.net/wiki"},"confluence":{"editor":{"version":"\"v2\""},` +
	`"macro":{"outputType":"display","hash":"h","id":"i"},"content":{"type":"page","version":"3","id":"123"},"space":{"key":"DS","id":"98"}}},` +
	`"exp":1700000180,"iat":1700000000}`

func TestClaimsAsAtlassianWritesThemAreScanned(t *testing.T) {
	var got claims
	if !got.scan(asWritten) {
		t.Fatal("they are left to encoding/json")
	}
	var want claims
	if !decodeObject([]byte(asWritten), &want) || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestUnusualClaimsAreLeftToTheStandardLibrary(t *testing.T) {
	tests := map[string]string{
		"nothing":                          ``,
		"no object":                        `"iss"`,
		"space between":                    `{"iss": "a"}`,
		"something after":                  `{"iss":"a"}x`,
		"a number where a text belongs":    `{"iss":1}`,
		"an id that is a number":           `{"context":{"confluence":{"content":{"id":1}}}}`,
		"a text where a number belongs":    `{"exp":"1"}`,
		"an object where a text belongs":   `{"iss":{}}`,
		"a text where a yes or no belongs": `{"context":{"license":{"active":"true"}}}`,
		"a yes where a text belongs":       `{"iss":true}`,
		"null":                             `{"iss":null}`,
		"an array":                         `{"aud":["a"]}`,
		"an audience":                      `{"aud":"a"}`,
		"an escape in what matters":        `{"iss":"\/"}`,
		"an escape that is none":           `{"x":"\x"}`,
		"an escape that is cut off":        `{"x":"\`,
		"a code point":                     `{"x":"\u0041"}`,
		"an escape in a name":              `{"\/":1}`,
		"a control character":              "{\"x\":\"\n\"}",
		"letters that are not ASCII":       `{"iss":"ü"}`,
		"another case":                     `{"ISS":"a"}`,
		"another case further in":          `{"context":{"License":{"active":true}}}`,
		"a dot in a name":                  `{"context.license.active":true}`,
		"a fraction":                       `{"exp":1.5}`,
		"an exponent":                      `{"exp":1e9}`,
		"a sign":                           `{"exp":-1}`,
		"a leading zero":                   `{"exp":01}`,
		"a number that is too long":        `{"exp":1234567890123456}`,
		"a name twice":                     `{"x":1,"x":1}`,
		"a name twice, in two cases":       `{"x":1,"X":1}`,
		"a name twice further in":          `{"y":{"x":{"z":1},"y":2,"x":3}}`,
		"more names than are compared":     `{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"m":0}`,
		"a text where nbf belongs":         `{"nbf":"1"}`,
		"a comma too many":                 `{"exp":1,}`,
		"no end":                           `{"exp":1`,
		"no name":                          `{1:1}`,
		"no value":                         `{"exp":}`,
		"no colon":                         `{"exp"1}`,
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			var c claims
			if c.scan(data) {
				t.Errorf("%s is scanned", data)
			}
		})
	}
}

func TestNamesThatComeTwiceAreFound(t *testing.T) {
	for data, unique := range map[string]bool{
		`{}`: true, `{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}`: true, `{"a":"a","b":"a"}`: true, `{"a":["b","b"],"b":1}`: true,
		`{"a":{},"b":[],"c":[[]],"d":"c"}`: true, `{"a":1,"":2}`: true,
		`{"a":1,"a":1}`: false, `{"a":1,"A":1}`: false, `{"a":1,"\u0041":1}`: false, `{"k":1,"\u212a":1}`: false, `{"s":1,"ſ":1}`: false,
		`{"":1,"":1}`: false, `{"x":[{"a":1,"b":2},{"a":1,"a":2}]}`: false, `{"x":{"y":{}},"a":[[[{}]]],"X":0}`: false, `{"ä":1,"Ä":1}`: false,
	} {
		if got := hasUniqueNames([]byte(data)); got != unique {
			t.Errorf("%s: each name once = %v", data, got)
		}
	}
}

// FuzzUniqueNames holds the search for names to what encoding/json makes of them:
// a name that is not the first of its object must not change what the first did.
func FuzzUniqueNames(f *testing.F) {
	for _, seed := range []string{
		asWritten, `{"iss":"a","Iss":"b"}`, `{"iss":"a","\u0131ss":"b"}`, `{"x":"\\\"","y":{"iss":[{"a":1}, 2 ]} , "iss" : 1}`, `{"iſs":1,"isS":2}`,
		"{\"\xff\":1,\"\xfe\":2}", `{"iss":1,"\u0069ss":2,"x":{}}`, `{"a":{"b":1,"c":{"b":2}},"b":[[],{"a":"a"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) || len(data) == 0 || data[0] != '{' {
			return
		}
		// The members of the outermost object, as encoding/json reads them.
		var names []string
		decoder := json.NewDecoder(bytes.NewReader(data))
		_, _ = decoder.Token()
		for decoder.More() {
			name, _ := decoder.Token()
			names = append(names, name.(string))
			var value json.RawMessage
			if err := decoder.Decode(&value); err != nil {
				return
			}
			if value = bytes.TrimSpace(value); value[0] == '{' && !hasUniqueNames(value) && hasUniqueNames(data) {
				t.Fatalf("%q has unique names, and %q in it has not", data, value)
			}
		}
		for i, name := range names {
			for _, before := range names[:i] {
				if strings.EqualFold(name, before) && hasUniqueNames(data) {
					t.Fatalf("%q has %q and %q", data, before, name)
				}
			}
		}
	})
}

func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		asWritten, `{}`, `{"iss":"a","iss":"b"}`, `{"x":"\"","y":{"z":false},"n":0}`, `{"context":1,"context":{"url":{}}}`,
		strings.Replace(asWritten, "iss", "iSS", 1), strings.Replace(asWritten, "DS", "Ä", 1), `{"aud":"a"}`, `{"exp":12345678901234567890}`,
		`{"context":{"license":{"active":false},"license":{}}}`, `{"context":{"licenſe":{"active":false}}}`,
		`{"":{"iss":"below a nameless one"}}`, `{"context":{"":{"license":{"active":true}}}}`,
	} {
		f.Add(seed)
	}
	f.Add(`{"nbf":1700000000,"x":{"a":1,"A":2}}`)
	f.Fuzz(func(t *testing.T, data string) {
		var got, want claims
		if !got.scan(data) {
			return
		}
		if !decodeObject([]byte(data), &want) || !reflect.DeepEqual(got, want) {
			t.Errorf("%q\ngot  %+v\nwant %+v", data, got, want)
		}
	})
}

func BenchmarkClaims(b *testing.B) {
	b.Run("scan", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var c claims
			if !c.scan(asWritten) {
				b.Fatal("not scanned")
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var c claims
			if !decodeObject([]byte(asWritten), &c) {
				b.Fatal("not decoded")
			}
		}
	})
}
