package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "sigs.k8s.io/json"
)

// unmarshalStrict refuses unknown and duplicate fields. Field names are case-sensitive.
func unmarshalStrict(data []byte, into any) error {
	problems, err := kjson.UnmarshalStrict(data, into)
	return errors.Join(append(problems, err)...)
}

// decodesAs returns a check that decodes into the project's own type, and then runs its validation.
func decodesAs[T any](checks ...func(*T) []error) ownCheck {
	return func(data []byte) []error {
		object := new(T)
		if err := unmarshalStrict(data, object); err != nil {
			return []error{err}
		}
		var problems []error
		for _, check := range checks {
			problems = append(problems, check(object)...)
		}
		return problems
	}
}

// nested decodes what the Go type around it keeps as raw JSON, and says where it is.
func nested(path string, raw []byte, into any) []error {
	if err := unmarshalStrict(raw, into); err != nil {
		return []error{fmt.Errorf("%s: %w", path, err)}
	}
	return nil
}

// decodeProto is for Istio's types: their JSON decoder drops unknown fields, protojson refuses them. The spec goes
// through protojson, and everything beside it through the strict decoder.
func decodeProto(t reflect.Type, data []byte) (runtime.Object, proto.Message, error) {
	object := reflect.New(t)
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return nil, nil, err
	}
	spec := parts["spec"]
	delete(parts, "spec")
	rest, err := json.Marshal(parts)
	if err != nil {
		return nil, nil, err
	}
	if err := unmarshalStrict(rest, object.Interface()); err != nil {
		return nil, nil, err
	}
	message := object.Elem().FieldByName("Spec").Addr().Interface().(proto.Message)
	return object.Interface().(runtime.Object), message, protojson.Unmarshal(spec, message)
}

// objectKinds calls add for each kind of a scheme's group that has metadata of its own; lists and options have none.
func objectKinds(scheme *runtime.Scheme, groups map[string]bool, add func(schema.GroupVersionKind, reflect.Type)) {
	for gvk, t := range scheme.AllKnownTypes() {
		field, ok := t.FieldByName("ObjectMeta")
		if ok && field.Anonymous && gvk.Version != runtime.APIVersionInternal && groups[gvk.Group] {
			add(gvk, t)
		}
	}
}
