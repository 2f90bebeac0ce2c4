package httpserver

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// fieldWalk goes through JSON that is known to be valid, beside the type that it
// was read into, and looks at the names of fields alone.
type fieldWalk struct {
	json []byte
	at   int
}

// value passes one value, and returns the first field that is wrong, as a path.
func (w *fieldWalk) value(t reflect.Type) (field, detail string) {
	switch w.next() {
	case '{':
		return w.object(t)
	case '[':
		return w.array(element(t))
	case '"':
		w.text()
	default:
		// A number or a word ends where something else begins.
		for w.at < len(w.json) && !strings.ContainsRune(",]} \t\r\n", rune(w.json[w.at])) {
			w.at++
		}
	}

	return "", ""
}

func (w *fieldWalk) object(t reflect.Type) (field, detail string) {
	w.at++
	names, isStruct := namesOf(t)
	var seen seenNames
	for w.next() != '}' {
		name := w.text()
		if seen.again(name) {
			return string(name), "is there more than once"
		}
		own := element(t)
		if isStruct {
			var known bool
			if own, known = names[string(name)]; !known {
				return string(name), "is not known"
			}
		}
		w.next()
		w.at++ // the colon
		if field, detail := w.value(own); detail != "" {
			return string(name) + "." + field, detail
		}
		if w.next() == ',' {
			w.at++
		}
	}
	w.at++

	return "", ""
}

func (w *fieldWalk) array(t reflect.Type) (field, detail string) {
	w.at++
	for w.next() != ']' {
		if field, detail := w.value(t); detail != "" {
			return field, detail
		}
		if w.next() == ',' {
			w.at++
		}
	}
	w.at++

	return "", ""
}

// next passes white space, and returns what comes then.
func (w *fieldWalk) next() byte {
	for strings.IndexByte(" \t\r\n", w.json[w.at]) >= 0 {
		w.at++
	}

	return w.json[w.at]
}

// text passes a string, and returns what it says.
func (w *fieldWalk) text() []byte {
	begin := w.at
	escaped := false
	for w.at++; w.json[w.at] != '"'; w.at++ {
		if w.json[w.at] == '\\' {
			escaped = true
			w.at++
		}
	}
	w.at++
	quoted := w.json[begin:w.at]
	if !escaped {
		return quoted[1 : len(quoted)-1]
	}
	var text string
	_ = json.Unmarshal(quoted, &text) // it is valid: it was read before

	return []byte(text)
}

// fewNames are compared one by one; a body with more of them in one object can't be
// made to cost the square of their number.
const fewNames = 16

// seenNames are those of one object.
type seenNames struct {
	few   [fewNames][]byte
	count int
	many  map[string]bool
}

func (s *seenNames) again(name []byte) bool {
	for _, one := range s.few[:s.count] {
		if bytes.Equal(one, name) {
			return true
		}
	}
	if s.many[string(name)] {
		return true
	}
	if s.count < fewNames {
		s.few[s.count] = name
		s.count++

		return false
	}
	if s.many == nil {
		s.many = make(map[string]bool)
	}
	s.many[string(name)] = true

	return false
}

var (
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

	// fieldsOf has the names of each struct that was met: as many as the program has.
	fieldsOf sync.Map // reflect.Type to map[string]reflect.Type
)

// namesOf returns the fields of a struct by their names in JSON, and false for what
// has none or reads itself.
func namesOf(t reflect.Type) (map[string]reflect.Type, bool) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct || readsItself(t) {
		return nil, false
	}
	if known, ok := fieldsOf.Load(t); ok {
		names, ok := known.(map[string]reflect.Type)

		return names, ok
	}
	names := make(map[string]reflect.Type)
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		switch {
		case tag == "-", !f.IsExported(), f.Anonymous && name == "":
			continue // no field, or one whose own fields stand in its place
		case name == "":
			name = f.Name
		}
		names[name] = f.Type
	}
	fieldsOf.Store(t, names)

	return names, true
}

func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)

	return p.Implements(unmarshaler) || p.Implements(textUnmarshaler)
}

// element is what a list or a map has; nil is anything.
func element(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return nil
	}
	holds := t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map
	if !holds || readsItself(t) {
		return nil
	}

	return t.Elem()
}
