package connect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"unicode"
	"unicode/utf8"
)

// decodeObject decodes a JSON object into a struct. What is of a wrong type is
// left out.
//
// It refuses an object, at any depth, with two members of one name, in whatever
// case: the next to read it may take the other one of the two. RFC 7519,
// section 4, allows it for claims and RFC 7515, section 4, for headers.
func decodeObject(data []byte, into any) bool {
	if len(data) == 0 || data[0] != '{' {
		return false // encoding/json would take null for an empty object
	}
	err := json.Unmarshal(data, into)
	var wrongType *json.UnmarshalTypeError
	return (err == nil || errors.As(err, &wrongType)) && hasUniqueNames(data)
}

// hasUniqueNames reports whether no object in a valid JSON value has two members
// whose names encoding/json takes for the same. Its work grows as that of sorting
// the names.
func hasUniqueNames(data []byte) bool {
	const inArray = -1
	var nameRoom [32][]byte
	var openRoom [16]int
	names, open := nameRoom[:0], openRoom[:0] // names of all objects that are open; where those of each begin
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '{':
			open = append(open, len(names))
		case '[':
			open = append(open, inArray)
		case '}', ']':
			first := open[len(open)-1]
			open = open[:len(open)-1]
			if first == inArray {
				continue
			}
			if !areUnique(names[first:]) {
				return false
			}
			names = names[:first]
		case '"':
			text, rest := cutString(data[i:])
			i = len(data) - len(rest) - 1
			if rest = bytes.TrimLeft(rest, " \t\r\n"); len(rest) > 0 && rest[0] == ':' {
				names = append(names, plainName(text))
			}
		}
	}
	return true
}

// cutString cuts off the string that data begins with, quotes included.
func cutString(data []byte) (text, rest []byte) {
	end := 1
	for data[end] != '"' {
		if data[end] == '\\' {
			end++
		}
		end++
	}
	return data[:end+1], data[end+1:]
}

// plainName is the name that a string is, without escapes.
func plainName(text []byte) []byte {
	if bytes.IndexByte(text, '\\') < 0 {
		return text[1 : len(text)-1]
	}
	var name string
	_ = json.Unmarshal(text, &name) // it is known to be a string
	return []byte(name)
}

// areUnique changes the order of names.
func areUnique(names [][]byte) bool {
	slices.SortFunc(names, compareFolded)
	for i := 1; i < len(names); i++ {
		if compareFolded(names[i-1], names[i]) == 0 {
			return false
		}
	}
	return true
}

// compareFolded is an order in which names are equal that encoding/json takes
// for the same.
func compareFolded(a, b []byte) int {
	for len(a) > 0 && len(b) > 0 {
		x, sizeOfX := utf8.DecodeRune(a)
		y, sizeOfY := utf8.DecodeRune(b)
		if x != y {
			if byFold := cmp.Compare(foldCase(x), foldCase(y)); byFold != 0 {
				return byFold
			}
		}
		a, b = a[sizeOfX:], b[sizeOfY:]
	}
	return cmp.Compare(len(a), len(b))
}

// foldCase is one letter for all cases of a letter.
func foldCase(r rune) rune {
	for {
		next := unicode.SimpleFold(r)
		if next <= r {
			return next // the least of them
		}
		r = next
	}
}
