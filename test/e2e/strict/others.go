package main

import (
	"errors"
	"reflect"

	argocd "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"google.golang.org/protobuf/proto"
	istio "istio.io/client-go/pkg/clientset/versioned/scheme"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// errNoValidation makes a kind that nobody validates visible: it is to be added here before it is emitted.
var errNoValidation = errors.New("this kind has no validation in strict")

var istioValidation = map[string]validation.ValidateFunc{
	"AuthorizationPolicy": validation.ValidateAuthorizationPolicy,
	"DestinationRule":     validation.ValidateDestinationRule,
	"Gateway":             validation.ValidateGateway,
	"PeerAuthentication":  validation.ValidatePeerAuthentication,
	"VirtualService":      validation.ValidateVirtualService,
}

func addIstio(kinds map[schema.GroupVersionKind]kind) {
	groups := map[string]bool{"networking.istio.io": true, "security.istio.io": true}
	objectKinds(istio.Scheme, groups, func(gvk schema.GroupVersionKind, t reflect.Type) {
		check, ok := istioValidation[gvk.Kind]
		if !ok || gvk.Version != "v1" {
			return
		}
		kinds[gvk] = kind{decode: decodeProto(t), validate: func(object runtime.Object) []error {
			named := object.(metav1.Object)
			spec := reflect.ValueOf(object).Elem().FieldByName("Spec").Addr().Interface().(proto.Message)
			meta := config.Meta{Name: named.GetName(), Namespace: named.GetNamespace(), Labels: named.GetLabels()}
			warning, err := check(config.Config{Meta: meta, Spec: spec})
			var problems []error
			if err != nil {
				problems = append(problems, err)
			}
			if warning != nil {
				problems = append(problems, warning)
			}
			return problems
		}}
	})
}

func addArgo(kinds map[schema.GroupVersionKind]kind) {
	version := schema.GroupVersion{Group: "argoproj.io", Version: "v1alpha1"}
	kinds[version.WithKind("Application")] = kind{decode: decodeStrict(reflect.TypeFor[argocd.Application]())}
	kinds[version.WithKind("AppProject")] = kind{
		decode: decodeStrict(reflect.TypeFor[argocd.AppProject]()),
		validate: func(object runtime.Object) []error {
			if err := object.(*argocd.AppProject).ValidateProject(); err != nil {
				return []error{err}
			}
			return nil
		},
	}
}

func addMonitoring(kinds map[schema.GroupVersionKind]kind) {
	version := schema.GroupVersion{Group: "monitoring.coreos.com", Version: "v1"}
	kinds[version.WithKind("ServiceMonitor")] = kind{decode: decodeStrict(reflect.TypeFor[monitoring.ServiceMonitor]())}
}
