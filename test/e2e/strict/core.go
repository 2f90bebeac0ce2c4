package main

import (
	"reflect"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	autoscalingvalidation "k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/kubernetes/pkg/apis/rbac"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	rbacvalidation "k8s.io/kubernetes/pkg/apis/rbac/validation"
)

func addCore(kinds map[schema.GroupVersionKind]kind) {
	groups := map[string]bool{
		"": true, "apps": true, "autoscaling": true, "networking.k8s.io": true, "policy": true,
		"rbac.authorization.k8s.io": true,
	}
	objectKinds(scheme.Scheme, groups, func(gvk schema.GroupVersionKind, t reflect.Type) {
		kinds[gvk] = kind{decode: decodeStrict(t), validate: validateCore}
	})
}

// validateCore sets the defaults that the API server would set, converts to the internal version, and runs the
// API server's own validation of a create request.
func validateCore(object runtime.Object) []error {
	object = object.DeepCopyObject()
	// Overlays set the namespace of everything; a file that is judged alone has none yet.
	accessor, err := meta.Accessor(object)
	if err == nil && accessor.GetNamespace() == "" && object.GetObjectKind().GroupVersionKind().Kind != "Namespace" {
		accessor.SetNamespace("unset")
	}
	legacyscheme.Scheme.Default(object)
	internal, err := legacyscheme.Scheme.ConvertToVersion(object, runtime.InternalGroupVersioner)
	if err != nil {
		return []error{err}
	}
	var problems []error
	for _, problem := range createErrors(internal) {
		problems = append(problems, problem)
	}
	return problems
}

func createErrors(object runtime.Object) field.ErrorList {
	pods := corevalidation.PodValidationOptions{}
	switch object := object.(type) {
	case *core.Namespace:
		return corevalidation.ValidateNamespace(object)
	case *core.Service:
		// The API server fills clusterIPs in before it validates.
		if object.Spec.ClusterIP == core.ClusterIPNone && len(object.Spec.ClusterIPs) == 0 {
			object.Spec.ClusterIPs = []string{core.ClusterIPNone}
		}
		return corevalidation.ValidateServiceCreate(object)
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(object)
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMap(object)
	case *core.Secret:
		return corevalidation.ValidateSecret(object)
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(object, pods)
	case *apps.StatefulSet:
		return appsvalidation.ValidateStatefulSet(object, appsvalidation.StatefulSetValidationOptions{}, pods)
	case *autoscaling.HorizontalPodAutoscaler:
		return autoscalingvalidation.ValidateHorizontalPodAutoscaler(object, autoscalingvalidation.HorizontalPodAutoscalerSpecValidationOptions{})
	case *networking.NetworkPolicy:
		return networkingvalidation.ValidateNetworkPolicy(object, networkingvalidation.NetworkPolicyValidationOptions{})
	case *policy.PodDisruptionBudget:
		return policyvalidation.ValidatePodDisruptionBudget(object, policyvalidation.PodDisruptionBudgetValidationOptions{})
	case *rbac.Role:
		return rbacvalidation.ValidateRole(object)
	case *rbac.RoleBinding:
		return rbacvalidation.ValidateRoleBinding(object)
	}
	return field.ErrorList{field.InternalError(nil, errNoValidation)}
}
