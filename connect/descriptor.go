package connect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// FillDescriptor returns the descriptor as it is served at baseURL: with its
// baseUrl, links.self and regionBaseUrls set, and all else as it is in document
// and in the same order. regions maps a region such as "EU" to a URL; without
// any there are no regionBaseUrls. The result is the same for the same input.
func FillDescriptor(document []byte, baseURL string, regions map[string]string) ([]byte, error) {
	baseURL = strings.TrimSuffix(baseURL, "/")
	root, err := parseObject(document)
	if err != nil {
		return nil, fmt.Errorf("connect: descriptor: %w", err)
	}
	links := object{}
	if raw, ok := root.get("links"); ok {
		if links, err = parseObject(raw); err != nil {
			return nil, fmt.Errorf("connect: descriptor: links: %w", err)
		}
	}
	if links, err = links.set("self", baseURL+"/atlassian-connect.json"); err != nil {
		return nil, err
	}
	if root, err = root.set("baseUrl", baseURL); err != nil {
		return nil, err
	}
	if root, err = root.set("links", links); err != nil {
		return nil, err
	}
	root = slices.DeleteFunc(root, func(m member) bool { return m.name == "regionBaseUrls" && len(regions) == 0 })
	if len(regions) > 0 {
		if root, err = root.set("regionBaseUrls", regions); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	compact, err := root.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("connect: descriptor: %w", err)
	}
	if err := json.Indent(&out, compact, "", "  "); err != nil {
		return nil, fmt.Errorf("connect: descriptor: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// Descriptor is what a service must know of its own descriptor.
type Descriptor struct {
	Key             string
	EnableLicensing bool
	Scopes          []string
	Lifecycle       map[Event]string // URLs relative to the base URL
	Modules         []Module         // in the order of the document
}

// Module is one URL of a module. A module with several URLs is several entries.
type Module struct {
	Type  string // "dynamicContentMacros"
	Key   string // the module's key
	Field string // where in the module: "url", "editor.url", "renderModes.pdf.url", "icon.url"
	URL   string // as written, relative to the base URL, with its {variables}
}

// ParseDescriptor reads a descriptor.
func ParseDescriptor(document []byte) (*Descriptor, error) {
	var root struct {
		Key             string           `json:"key"`
		EnableLicensing bool             `json:"enableLicensing"`
		Scopes          []string         `json:"scopes"`
		Lifecycle       map[Event]string `json:"lifecycle"`
		Modules         json.RawMessage  `json:"modules"`
	}
	if err := json.Unmarshal(document, &root); err != nil {
		return nil, fmt.Errorf("connect: descriptor: %w", err)
	}
	if root.Key == "" {
		return nil, errors.New("connect: descriptor: key is missing")
	}
	d := &Descriptor{Key: root.Key, EnableLicensing: root.EnableLicensing, Scopes: root.Scopes, Lifecycle: root.Lifecycle}
	if root.Modules == nil {
		return d, nil
	}
	types, err := parseObject(root.Modules)
	if err != nil {
		return nil, fmt.Errorf("connect: descriptor: modules: %w", err)
	}
	for _, t := range types {
		modules := []json.RawMessage{t.value} // configurePage and postInstallPage are no lists
		if t.value[0] == '[' {
			if err := json.Unmarshal(t.value, &modules); err != nil {
				return nil, fmt.Errorf("connect: descriptor: modules: %w", err)
			}
		}
		for _, raw := range modules {
			module, err := parseObject(raw)
			if err != nil {
				return nil, fmt.Errorf("connect: descriptor: module: %w", err)
			}
			var key string
			if value, ok := module.get("key"); ok {
				if err := json.Unmarshal(value, &key); err != nil {
					return nil, fmt.Errorf("connect: descriptor: module key: %w", err)
				}
			}
			d.Modules = append(d.Modules, moduleURLs(module, Module{Type: t.name, Key: key})...)
		}
	}
	return d, nil
}

// moduleURLs finds every relative "url" in a module, however deep.
func moduleURLs(o object, in Module) []Module {
	var found []Module
	for _, m := range o {
		at := in
		at.Field = strings.TrimPrefix(in.Field+"."+m.name, ".")
		if m.name == "url" && json.Unmarshal(m.value, &at.URL) == nil && strings.HasPrefix(at.URL, "/") {
			found = append(found, at)
		} else if inner, err := parseObject(m.value); err == nil {
			found = append(found, moduleURLs(inner, at)...)
		}
	}
	return found
}

// object is a JSON object that keeps its order.
type object []member

type member struct {
	name  string
	value json.RawMessage
}

func parseObject(data []byte) (object, error) {
	if !json.Valid(data) {
		return nil, errors.New("invalid JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var o object
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		key, _ := name.(string) // nothing else can be where a name is
		o = append(o, member{key, value})
	}
	return o, nil
}

func (o object) get(name string) (json.RawMessage, bool) {
	for _, m := range o {
		if m.name == name {
			return m.value, true
		}
	}
	return nil, false
}

// set returns the object with a member replaced where it is, or added at the
// end.
func (o object) set(name string, value any) (object, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("connect: descriptor: %s: %w", name, err)
	}
	for i, m := range o {
		if m.name == name {
			o[i].value = encoded
			return o, nil
		}
	}
	return append(o, member{name, encoded}), nil
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(m.value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
