package cql

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// PropertyField is a field that an app adds to the language: a value within a
// content property. A query names it content.property[Property].Path, or by
// its Alias.
type PropertyField struct {
	Property string // key of the property
	Path     string // of the value in it, with dots between the names
	Type     string // number or string; text and date are not played here
	Alias    string // "" if it has none
}

// CheckFields reports what Confluence would refuse, or what is not played here.
func CheckFields(all []PropertyField) error {
	var faults []error
	aliases := map[string]bool{}
	for _, f := range all {
		if f.Property == "" || f.Path == "" || f.Type != "number" && f.Type != "string" {
			faults = append(faults, fmt.Errorf("content property %q: needs a propertyKey, an objectName and the type number or string", f.Property))
		}
		alias := strings.ToLower(f.Alias)
		if _, taken := fields[alias]; taken || alias != "" && aliases[alias] || strings.ContainsAny(alias, " \"'(),=!~<>[]") {
			faults = append(faults, fmt.Errorf("content property %q: the alias %q is taken, or no word", f.Property, f.Alias))
		}
		aliases[alias] = true
	}
	return errors.Join(faults...)
}

// property finds the field of a content property that a query names.
func (p *parser) property(written string) (PropertyField, bool) {
	at := slices.IndexFunc(p.extra, func(f PropertyField) bool {
		return f.Alias != "" && strings.EqualFold(written, f.Alias) || written == "content.property["+f.Property+"]."+f.Path
	})
	if at < 0 {
		return PropertyField{}, false
	}
	return p.extra[at], true
}

func (p *parser) compareProperty(field PropertyField, operator string, values []string) (predicate, error) {
	if field.Type == "number" {
		return p.compareNumber(field, operator, values)
	}
	if !slices.Contains(equality, operator) {
		return nil, p.fault("this field does not support this operator")
	}
	wanted := operator == "=" || operator == "in"
	return func(d *Document) bool {
		var have string
		return field.read(d, &have) && wanted == slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(have, v) })
	}, nil
}

func (p *parser) compareNumber(field PropertyField, operator string, values []string) (predicate, error) {
	var wanted []float64
	for _, v := range values {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return nil, p.fault("number expected")
		}
		wanted = append(wanted, n)
	}
	compare := map[string]func(have float64) bool{
		"=":      func(have float64) bool { return have == wanted[0] },
		"!=":     func(have float64) bool { return have != wanted[0] },
		"<":      func(have float64) bool { return have < wanted[0] },
		">":      func(have float64) bool { return have > wanted[0] },
		"<=":     func(have float64) bool { return have <= wanted[0] },
		">=":     func(have float64) bool { return have >= wanted[0] },
		"in":     func(have float64) bool { return slices.Contains(wanted, have) },
		"not in": func(have float64) bool { return !slices.Contains(wanted, have) },
	}[operator]
	if compare == nil {
		return nil, p.fault("this field does not support this operator")
	}
	return func(d *Document) bool {
		var have float64
		return field.read(d, &have) && compare(have)
	}, nil
}

// read reads the value a document has, and reports whether it has one of the
// right type: what has none is found by no comparison, not even by !=.
func (f PropertyField) read(d *Document, into any) bool {
	value, ok := d.Properties[f.Property]
	for name := range strings.SplitSeq(f.Path, ".") {
		var object map[string]json.RawMessage
		if !ok || json.Unmarshal(value, &object) != nil {
			return false
		}
		value, ok = object[name]
	}
	return ok && string(value) != "null" && json.Unmarshal(value, into) == nil
}
