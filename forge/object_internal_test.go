package forge

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNamesThatComeTwiceAreFound(t *testing.T) {
	for data, want := range map[string]bool{
		`{}`: true, ` { "a" : 1 , "b" : { "a" : 1 } , "c":[{"a":1},{"a":1}] } `: true, `{"a":"a","b":"a"}`: true, `{"a":["b","b"],"b":1}`: true,
		`{"a":{},"b":[],"c":[[]],"d":"c"}`: true, `{"a":1,"":2}`: true, `{"a":1,"A":1}`: true, `{"a":null}`: true,
		`{"a":1,"a":1}`: false, `{"a":1,"\u0061":1}`: false, `{"":1,"":1}`: false, `{"x":[{"a":1,"b":2},{"a":1,"a":2}]}`: false,
		`{"x":{"y":{}},"a":[[[{}]]],"x":0}`: false, `{"a":null,"a":null}`: false, `{"\"":1,"\u0022":1}`: false,
		``: false, `null`: false, `[]`: false, `"a"`: false, `{} {}`: false, `{`: false,
	} {
		if _, ok := readObject([]byte(data)); ok != want {
			t.Errorf("%s: read = %v", data, ok)
		}
	}
}

// FuzzObject holds the reader to encoding/json: what it reads is the same, and
// what it refuses is no object or has a name twice.
func FuzzObject(f *testing.F) {
	for _, seed := range []string{
		`{"iss":"a","x":[1,-0.5e3,true,false,null,{"y":"\"\\\u00e4ä"}], "z" : { } }`, `{"a":1,"a":2}`, `{"a":{"b":1,"\u0062":2}}`, `[]`, `{"a":`,
		"{\"\xff\":1,\"\xfe\":2}", "\t{\r\n\"a\":[ ],\"b\":\"]}\"}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, ok := readObject(data)
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		var want map[string]any
		isObject := json.Valid(data) && decoder.Decode(&want) == nil && want != nil
		if ok && !isObject {
			t.Fatalf("%q is read", data)
		}
		if diff := cmp.Diff(want, plain(got)); ok && diff != "" {
			t.Fatalf("%q (-encoding/json +read):\n%s", data, diff)
		}
		if isObject && ok == hasTwice(json.NewDecoder(bytes.NewReader(data))) {
			t.Fatalf("%q is read = %v", data, ok)
		}
	})
}

// hasTwice reports whether an object of a value has a name twice, by the tokens of
// encoding/json.
func hasTwice(tokens *json.Decoder) (twice bool) {
	token, _ := tokens.Token()
	open, isOpen := token.(json.Delim)
	if !isOpen {
		return false
	}
	names := map[any]bool{}
	for tokens.More() {
		if open == '{' {
			name, _ := tokens.Token()
			twice = twice || names[name]
			names[name] = true
		}
		twice = hasTwice(tokens) || twice
	}
	_, _ = tokens.Token()
	return twice
}

// plain is an object as encoding/json has it.
func plain(value any) any {
	switch value := value.(type) {
	case object:
		all := map[string]any{}
		for name, member := range value {
			all[name] = plain(member)
		}
		return all
	case []any:
		all := []any{}
		for _, element := range value {
			all = append(all, plain(element))
		}
		return all
	default:
		return value
	}
}
