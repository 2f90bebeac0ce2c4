package main

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/limitrange"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/resourcequota"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrole"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
	"k8s.io/kubernetes/pkg/registry/scheduling/priorityclass"
)

// coreKinds are in their stable versions only: an older one, or an alpha one, is a kind that does not exist.
func coreKinds() map[schema.GroupVersionKind]kind {
	kinds := map[schema.GroupVersionKind]kind{}
	for _, group := range []struct {
		group, version string
		strategies     map[string]rest.RESTCreateStrategy
	}{
		{"", "v1", map[string]rest.RESTCreateStrategy{
			"ConfigMap":             configmap.Strategy,
			"LimitRange":            limitrange.Strategy,
			"Namespace":             namespace.Strategy,
			"PersistentVolumeClaim": persistentvolumeclaim.Strategy,
			"Pod":                   pod.Strategy,
			"ResourceQuota":         resourcequota.Strategy,
			"Secret":                secret.Strategy,
			"Service":               service.Strategy,
			"ServiceAccount":        serviceaccount.Strategy,
		}},
		{"apps", "v1", map[string]rest.RESTCreateStrategy{
			"DaemonSet":   daemonset.Strategy,
			"Deployment":  deployment.Strategy,
			"StatefulSet": statefulset.Strategy,
		}},
		{"autoscaling", "v2", map[string]rest.RESTCreateStrategy{
			"HorizontalPodAutoscaler": horizontalpodautoscaler.Strategy,
		}},
		{"batch", "v1", map[string]rest.RESTCreateStrategy{
			"CronJob": cronjob.Strategy,
			"Job":     job.Strategy,
		}},
		{"networking.k8s.io", "v1", map[string]rest.RESTCreateStrategy{
			"Ingress":       ingress.Strategy,
			"NetworkPolicy": networkpolicy.Strategy,
		}},
		{"policy", "v1", map[string]rest.RESTCreateStrategy{
			"PodDisruptionBudget": poddisruptionbudget.Strategy,
		}},
		{"rbac.authorization.k8s.io", "v1", map[string]rest.RESTCreateStrategy{
			"ClusterRole":        clusterrole.Strategy,
			"ClusterRoleBinding": clusterrolebinding.Strategy,
			"Role":               role.Strategy,
			"RoleBinding":        rolebinding.Strategy,
		}},
		{"scheduling.k8s.io", "v1", map[string]rest.RESTCreateStrategy{
			"PriorityClass": priorityclass.Strategy,
		}},
	} {
		version := schema.GroupVersion{Group: group.group, Version: group.version}
		for name, strategy := range group.strategies {
			gvk := version.WithKind(name)
			kinds[gvk] = kind{decode: decodeCore(gvk), encode: encodeCore(version), strategy: strategy}
		}
	}
	return kinds
}

// decodeCore sets the defaults that the API server sets, and converts to its internal version.
func decodeCore(gvk schema.GroupVersionKind) func([]byte) (runtime.Object, error) {
	return func(data []byte) (runtime.Object, error) {
		object, err := legacyscheme.Scheme.New(gvk)
		if err != nil {
			return nil, err
		}
		if err := unmarshalStrict(data, object); err != nil {
			return nil, err
		}
		legacyscheme.Scheme.Default(object)
		internal, err := legacyscheme.Scheme.ConvertToVersion(object, runtime.InternalGroupVersioner)
		// The storage of Services fills clusterIPs in before their strategy sees them.
		if service, ok := internal.(*core.Service); ok && service.Spec.ClusterIP == core.ClusterIPNone {
			service.Spec.ClusterIPs = []string{core.ClusterIPNone}
		}
		return internal, err
	}
}

func encodeCore(version schema.GroupVersion) func(runtime.Object) (any, error) {
	return func(object runtime.Object) (any, error) {
		external, err := legacyscheme.Scheme.ConvertToVersion(object, version)
		if err != nil {
			return nil, err
		}
		return asJSON(external)
	}
}
