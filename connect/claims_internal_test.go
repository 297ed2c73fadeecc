package connect

import (
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
	if !unmarshal([]byte(asWritten), &want) || !reflect.DeepEqual(got, want) {
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

func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		asWritten, `{}`, `{"iss":"a","iss":"b"}`, `{"x":"\"","y":{"z":false},"n":0}`, `{"context":1,"context":{"url":{}}}`,
		strings.Replace(asWritten, "iss", "iSS", 1), strings.Replace(asWritten, "DS", "Ä", 1), `{"aud":"a"}`, `{"exp":12345678901234567890}`,
		`{"context":{"license":{"active":false},"license":{}}}`, `{"context":{"licenſe":{"active":false}}}`,
		`{"":{"iss":"below a nameless one"}}`, `{"context":{"":{"license":{"active":true}}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		var got, want claims
		if !got.scan(data) {
			return
		}
		if !unmarshal([]byte(data), &want) || !reflect.DeepEqual(got, want) {
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
			if !unmarshal([]byte(asWritten), &c) {
				b.Fatal("not decoded")
			}
		}
	})
}
