package httpserver

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

type walkedBase struct {
	ID string `json:"id"`
}

type walked struct {
	walkedBase

	Name    string
	At      time.Time             `json:"at"`
	Lines   []walkedBase          `json:"lines"`
	ByName  map[string]walkedBase `json:"byName"`
	Next    *walked               `json:"next"`
	Any     any                   `json:"any"`
	Raw     json.RawMessage       `json:"raw"`
	Ignored int                   `json:"-"`
}

func TestFieldsAreWhatTheTypeCallsThem(t *testing.T) {
	for body, want := range map[string]string{
		`{"id":"1","Name":"a","at":"2026-01-02T03:04:05Z","any":{"Any":[1,2,{"x":null}],"any":true}}`: "",
		`{"lines":[{"id":"1"},{"id":"2"}],"byName":{"id":{"id":"1"},"ID":{"id":"2"}}}`:                "",
		`{"next":{"next":{"id":"]}{\"","lines":[ ]}},"raw":{"a":[{}],"A":-1.5e3}}`:                    "",
		`{"ID":"1"}`:                      "ID",
		`{"name":"a"}`:                    "name",
		`{"walkedBase":{"id":"1"}}`:       "walkedBase",
		`{"Ignored":1}`:                   "Ignored",
		`{"lines":[{"id":"1"},{"ID":1}]}`: "lines.ID",
		`{"byName":{"a":{},"a":{}}}`:      "byName.a",
		`{"next":{"next":{"Id":"1"}}}`:    "next.next.Id",
		`{"any":[[{"a":1,"a":2}]]}`:       "any.a",
		`{"raw":{"a":{"b":1,"b":1}}}`:     "raw.a.b",
	} {
		w := &fieldWalk{json: []byte(body)}
		if got, _ := w.value(reflect.TypeFor[*walked]()); got != want {
			t.Errorf("%s: field %q, want %q", body, got, want)
		}
	}
}

// Bodies of many fields must not cost the square of their number.
func TestManyFieldsAreSeen(t *testing.T) {
	var body strings.Builder
	body.WriteString("{")
	for i := range 50_000 {
		body.WriteString(`"` + strings.Repeat("x", i%7) + time.Duration(i).String() + `":0,`)
	}
	body.WriteString(`"last":0,"last":0}`)
	begin := time.Now()
	w := &fieldWalk{json: []byte(body.String())}
	if got, _ := w.value(reflect.TypeFor[*map[string]int]()); got != "last" {
		t.Errorf("field %q, want the last", got)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestFieldsCostNearlyNothing(t *testing.T) {
	body := []byte(`{"id":"1","Name":"a","lines":[{"id":"1"},{"id":"2"}]}`)
	allocations := testing.AllocsPerRun(100, func() {
		w := &fieldWalk{json: body}
		if field, _ := w.value(reflect.TypeFor[*walked]()); field != "" {
			t.Error(field)
		}
	})
	if allocations > 1 {
		t.Errorf("%.0f allocations", allocations)
	}
}
