package main

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// sealedSecret is the part of a SealedSecret that its definition leaves open: the metadata of the Secret to come.
type sealedSecret struct {
	Spec struct {
		Template struct {
			Metadata map[string]any `json:"metadata"`
		} `json:"template"`
	} `json:"spec"`
}

func addSecrets(own map[schema.GroupVersionKind]ownCheck) {
	gvk := schema.GroupVersionKind{Group: "bitnami.com", Version: "v1alpha1", Kind: "SealedSecret"}
	own[gvk] = func(data []byte) []error {
		var sealed sealedSecret
		if err := json.Unmarshal(data, &sealed); err != nil {
			return []error{err}
		}
		raw, err := json.Marshal(sealed.Spec.Template.Metadata)
		if err != nil {
			return []error{err}
		}
		return nested("spec.template.metadata", raw, new(metav1.ObjectMeta))
	}
}
