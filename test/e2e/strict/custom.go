package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apiversion "k8s.io/apimachinery/pkg/version"
	"sigs.k8s.io/yaml"
)

// customKinds are the kinds of a folder of CustomResourceDefinitions. They are long, so that one is read when a document
// asks for its kind.
type customKinds struct {
	texts map[schema.GroupKind][]byte
	found map[schema.GroupVersionKind]kind
}

var (
	crdSeparator = regexp.MustCompile(`(?m)^---\s*$`)
	crdGroup     = regexp.MustCompile(`(?m)^  group: ['"]?([a-z0-9.-]+)`)
	crdKind      = regexp.MustCompile(`(?m)^    kind: ['"]?(\w+)`)
)

func findCustomKinds(folder string) (*customKinds, error) {
	kinds := &customKinds{texts: map[schema.GroupKind][]byte{}, found: map[schema.GroupVersionKind]kind{}}
	if folder == "" {
		return kinds, nil
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, doc := range crdSeparator.Split(string(text), -1) {
			group, name := crdGroup.FindStringSubmatch(doc), crdKind.FindStringSubmatch(doc)
			if group != nil && name != nil {
				kinds.texts[schema.GroupKind{Group: group[1], Kind: name[1]}] = []byte(doc)
			}
		}
	}
	if len(kinds.texts) == 0 {
		return nil, fmt.Errorf("%s: no CustomResourceDefinition", folder)
	}
	return kinds, nil
}

func (c *customKinds) find(gvk schema.GroupVersionKind) (kind, error) {
	if known, ok := c.found[gvk]; ok {
		return known, nil
	}
	text, ok := c.texts[gvk.GroupKind()]
	if !ok {
		return kind{}, errors.New("no such kind in " + gvk.GroupVersion().String())
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(bytes.TrimSpace(text), &crd); err != nil {
		return kind{}, err
	}
	apiextensionsv1.SetDefaults_CustomResourceDefinitionSpec(&crd.Spec)
	newest := ""
	var wanted *apiextensionsv1.CustomResourceDefinitionVersion
	for i, version := range crd.Spec.Versions {
		if !version.Served {
			continue
		}
		if newest == "" || apiversion.CompareKubeAwareVersionStrings(version.Name, newest) > 0 {
			newest = version.Name
		}
		if version.Name == gvk.Version {
			wanted = &crd.Spec.Versions[i]
		}
	}
	if wanted == nil || newest != gvk.Version {
		return kind{}, fmt.Errorf("%s is not the version to use, which is %s", gvk.Version, newest)
	}
	known, err := customKind(gvk, &crd, wanted)
	if err == nil {
		c.found[gvk] = known
	}
	return known, err
}

func customKind(
	gvk schema.GroupVersionKind,
	crd *apiextensionsv1.CustomResourceDefinition,
	version *apiextensionsv1.CustomResourceDefinitionVersion,
) (kind, error) {
	if version.Schema == nil || version.Schema.OpenAPIV3Schema == nil {
		return kind{}, errors.New("its definition has no schema")
	}
	var props apiextensions.CustomResourceValidation
	if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version.Schema, &props, nil); err != nil {
		return kind{}, err
	}
	validator, _, err := validation.NewSchemaValidator(props.OpenAPIV3Schema)
	if err != nil {
		return kind{}, err
	}
	shape, err := structural.NewStructural(props.OpenAPIV3Schema)
	if err != nil {
		return kind{}, err
	}
	if err := defaulting.PruneDefaults(shape); err != nil {
		return kind{}, err
	}
	var status *apiextensions.CustomResourceSubresourceStatus
	if version.Subresources != nil && version.Subresources.Status != nil {
		status = &apiextensions.CustomResourceSubresourceStatus{}
	}
	namespaced := crd.Spec.Scope == apiextensionsv1.NamespaceScoped
	return kind{
		decode: func(data []byte) (runtime.Object, error) { return decodeCustom(shape, data) },
		encode: func(object runtime.Object) (any, error) {
			return asJSON(object.(*unstructured.Unstructured).Object)
		},
		strategy: customresource.NewStrategy(typer{}, namespaced, gvk, validator, nil, shape, status, nil, nil),
	}, nil
}

// decodeCustom does what the API server's decoder of custom resources does when field validation is strict.
func decodeCustom(shape *structural.Structural, data []byte) (runtime.Object, error) {
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(data); err != nil {
		return nil, err
	}
	meta, found, unknown, err := objectmeta.GetObjectMetaWithOptions(object.Object, objectmeta.ObjectMetaOptions{
		ReturnUnknownFieldPaths: true,
	})
	if err != nil {
		return nil, err
	}
	unknown = append(unknown, pruning.PruneWithOptions(object.Object, shape, true, structural.UnknownFieldPathOptions{
		TrackUnknownFieldPaths: true,
	})...)
	defaulting.PruneNonNullableNullsWithoutDefaults(object.Object, shape)
	// The parameter is a *field.Error; a nil of that type must not become an error that is not nil.
	if problem, paths := objectmeta.CoerceWithOptions(nil, object.Object, shape, false, objectmeta.CoerceOptions{
		ReturnUnknownFieldPaths: true,
	}); problem != nil {
		return nil, problem
	} else {
		unknown = append(unknown, paths...)
	}
	if found {
		if err := objectmeta.SetObjectMeta(object.Object, meta); err != nil {
			return nil, err
		}
	}
	var problems []error
	for _, path := range unknown {
		problems = append(problems, fmt.Errorf("unknown field %q", path))
	}
	defaulting.Default(object.Object, shape)
	return object, errors.Join(problems...)
}

// typer tells the kind of a custom resource, which says it itself.
type typer struct{}

func (typer) ObjectKinds(object runtime.Object) ([]schema.GroupVersionKind, bool, error) {
	return []schema.GroupVersionKind{object.GetObjectKind().GroupVersionKind()}, false, nil
}

func (typer) Recognizes(schema.GroupVersionKind) bool { return true }
