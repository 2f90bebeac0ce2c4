package main

import (
	"reflect"

	istio "istio.io/client-go/pkg/clientset/versioned/scheme"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// istioValidation is what Istio's admission webhook runs.
var istioValidation = map[string]validation.ValidateFunc{
	"AuthorizationPolicy":   validation.ValidateAuthorizationPolicy,
	"DestinationRule":       validation.ValidateDestinationRule,
	"Gateway":               validation.ValidateGateway,
	"PeerAuthentication":    validation.ValidatePeerAuthentication,
	"RequestAuthentication": validation.ValidateRequestAuthentication,
	"ServiceEntry":          validation.ValidateServiceEntry,
	"Sidecar":               validation.ValidateSidecar,
	"Telemetry":             validation.ValidateTelemetry,
	"VirtualService":        validation.ValidateVirtualService,
}

func addIstio(own map[schema.GroupVersionKind]ownCheck) {
	groups := map[string]bool{"networking.istio.io": true, "security.istio.io": true, "telemetry.istio.io": true}
	objectKinds(istio.Scheme, groups, func(gvk schema.GroupVersionKind, t reflect.Type) {
		check, ok := istioValidation[gvk.Kind]
		if !ok || gvk.Version != "v1" {
			return
		}
		own[gvk] = func(data []byte) []error {
			object, spec, err := decodeProto(t, data)
			if err != nil {
				return []error{err}
			}
			named := object.(metav1.Object)
			if named.GetNamespace() == "" {
				named.SetNamespace("unset")
			}
			meta := config.Meta{Name: named.GetName(), Namespace: named.GetNamespace(), Labels: named.GetLabels()}
			warning, err := check(config.Config{Meta: meta, Spec: spec})
			var problems []error
			for _, problem := range []error{err, warning} {
				if problem != nil {
					problems = append(problems, problem)
				}
			}
			return problems
		}
	})
}
