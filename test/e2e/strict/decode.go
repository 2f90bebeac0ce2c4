package main

import (
	"encoding/json"
	"errors"
	"reflect"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "sigs.k8s.io/json"
)

// decodeStrict returns a decoder into new values of a type. Field names are case-sensitive.
func decodeStrict(t reflect.Type) func([]byte) (runtime.Object, error) {
	return func(data []byte) (runtime.Object, error) {
		object := reflect.New(t).Interface().(runtime.Object)
		return object, unmarshalStrict(data, object)
	}
}

func unmarshalStrict(data []byte, into any) error {
	problems, err := kjson.UnmarshalStrict(data, into)
	return errors.Join(append(problems, err)...)
}

// decodeProto is for Istio's types: their JSON decoder drops unknown fields, protojson refuses them. The spec goes
// through protojson, and everything beside it through the strict decoder.
func decodeProto(t reflect.Type) func([]byte) (runtime.Object, error) {
	return func(data []byte) (runtime.Object, error) {
		object := reflect.New(t)
		var parts map[string]json.RawMessage
		if err := json.Unmarshal(data, &parts); err != nil {
			return nil, err
		}
		spec := parts["spec"]
		delete(parts, "spec")
		rest, err := json.Marshal(parts)
		if err != nil {
			return nil, err
		}
		if err := unmarshalStrict(rest, object.Interface()); err != nil {
			return nil, err
		}
		message := object.Elem().FieldByName("Spec").Addr().Interface().(proto.Message)
		return object.Interface().(runtime.Object), protojson.Unmarshal(spec, message)
	}
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
