package handlers

import (
	"errors"
	"fmt"
	"reflect"
)

// missing names each option that is needed and has its zero value. A limit that
// was forgotten would be 0 and refuse everything, or nothing, far from here.
func missing(options Options) error {
	var faults []error
	lookForMissing(reflect.ValueOf(options), "Options", func(path string) {
		faults = append(faults, fmt.Errorf("handlers: %s is missing", path))
	})
	return errors.Join(faults...)
}

func lookForMissing(value reflect.Value, path string, found func(path string)) {
	ours := func(t reflect.Type) bool {
		return t.Kind() == reflect.Struct && t.PkgPath() == reflect.TypeFor[Options]().PkgPath()
	}
	switch {
	case value.Kind() == reflect.Bool:
	case ours(value.Type()):
		for field, inside := range value.Fields() {
			if _, optional := field.Tag.Lookup("optional"); field.IsExported() && (!optional || !inside.IsZero()) {
				lookForMissing(inside, path+"."+field.Name, found)
			}
		}
	case value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0:
		found(path)
	case value.Kind() == reflect.Interface || value.Kind() == reflect.Pointer && ours(value.Type().Elem()):
		lookForMissing(value.Elem(), path, found)
	}
}
