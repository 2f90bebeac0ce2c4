package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
)

// kind is how the documents of one apiVersion and kind are judged.
type kind struct {
	// decode returns the object with its defaults, in the form that the strategy takes, or what is wrong with its fields.
	decode func(json []byte) (runtime.Object, error)
	// encode returns that object as a client would see it.
	encode   func(runtime.Object) (any, error)
	strategy rest.RESTCreateStrategy
}

// create does what the API server does to an object between the decoder and etcd, and compares: what is gone then is
// behind a feature gate that is off, or a field that nobody may set.
func create(gvk schema.GroupVersionKind, k kind, object runtime.Object) []error {
	accessor, err := meta.Accessor(object)
	if err != nil {
		return []error{err}
	}
	// Overlays set the namespace of everything; a file that is judged alone has none yet.
	namespace := accessor.GetNamespace()
	if namespace == "" && k.strategy.NamespaceScoped() {
		namespace = "unset"
		accessor.SetNamespace(namespace)
	}
	rest.FillObjectMetaSystemFields(accessor)
	warnings := &recorder{}
	ctx := request.WithNamespace(context.Background(), namespace)
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{
		IsResourceRequest: true, Verb: "create", APIGroup: gvk.Group, APIVersion: gvk.Version, Namespace: namespace,
	})
	ctx = warning.WithWarningRecorder(ctx, warnings)

	before, err := k.encode(object)
	if err != nil {
		return []error{err}
	}
	problems := causes(rest.BeforeCreate(k.strategy, ctx, object))
	after, err := k.encode(object)
	if err != nil {
		return append(problems, err)
	}
	for _, path := range lost("", before, after) {
		problems = append(problems, fmt.Errorf("%s: the API server drops it without a word", path))
	}
	return append(problems, warnings.problems...)
}

// causes takes the API server's answer apart: one error a field.
func causes(err error) []error {
	var status apierrors.APIStatus
	if err == nil {
		return nil
	}
	if !errors.As(err, &status) || status.Status().Details == nil || len(status.Status().Details.Causes) == 0 {
		return []error{err}
	}
	var found []error
	for _, cause := range status.Status().Details.Causes {
		found = append(found, fmt.Errorf("%s: %s", cause.Field, cause.Message))
	}
	return found
}

// recorder takes the warnings that a client would see.
type recorder struct{ problems []error }

// argoFinalizer is the name that Argo CD looks for, so that nobody can choose a better one.
const argoFinalizer = `metadata.finalizers: "resources-finalizer.argocd.argoproj.io"`

func (r *recorder) AddWarning(_, text string) {
	if strings.HasPrefix(text, argoFinalizer) {
		return
	}
	r.problems = append(r.problems, fmt.Errorf("warning: %s", text))
}

// lost returns the paths of what is in before and not, or otherwise, in after.
func lost(path string, before, after any) []string {
	switch before := before.(type) {
	case map[string]any:
		after, _ := after.(map[string]any)
		var paths []string
		for key, value := range before {
			// Metadata is completed by the server, and the status is not a client's to set.
			if path == "" && (key == "metadata" || key == "status") {
				continue
			}
			rest, ok := after[key]
			if !ok {
				paths = append(paths, path+"."+key)
				continue
			}
			paths = append(paths, lost(path+"."+key, value, rest)...)
		}
		sort.Strings(paths)
		return paths
	case []any:
		after, _ := after.([]any)
		if len(after) != len(before) {
			return []string{path}
		}
		var paths []string
		for i, value := range before {
			paths = append(paths, lost(fmt.Sprintf("%s[%d]", path, i), value, after[i])...)
		}
		return paths
	}
	if reflect.DeepEqual(before, after) {
		return nil
	}
	return []string{path}
}

// asJSON returns an object as maps and lists.
func asJSON(object any) (any, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var tree any
	err = json.Unmarshal(text, &tree)
	return tree, err
}
