package main

import (
	"fmt"
	"strings"

	argocd "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	rollouts "github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/validation"
	"github.com/argoproj/argo-rollouts/utils/analysis"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func addArgo(own map[schema.GroupVersionKind]ownCheck) {
	version := schema.GroupVersion{Group: "argoproj.io", Version: "v1alpha1"}
	own[version.WithKind("Application")] = decodesAs(func(app *argocd.Application) []error {
		return syncOptions("spec.syncPolicy.syncOptions", app.Spec.SyncPolicy)
	})
	own[version.WithKind("AppProject")] = decodesAs(func(project *argocd.AppProject) []error {
		return oneError(project.ValidateProject())
	})
	own[version.WithKind("ApplicationSet")] = decodesAs(nestedGenerators, func(set *argocd.ApplicationSet) []error {
		return syncOptions("spec.template.spec.syncPolicy.syncOptions", set.Spec.Template.Spec.SyncPolicy)
	})
	own[version.WithKind("Rollout")] = decodesAs(func(rollout *rollouts.Rollout) []error {
		if rollout.Namespace == "" {
			rollout.Namespace = "unset"
		}
		var problems []error
		for _, problem := range validation.ValidateRollout(rollout) {
			// It gives the template to Kubernetes' validation by way of JSON, where the internal type has no such name. The
			// Kubernetes that the controller is built with doesn't look at it; the one that this program is built with does.
			if problem.Field != "spec.template.spec.deprecatedServiceAccount" {
				problems = append(problems, problem)
			}
		}
		return problems
	})
	own[version.WithKind("AnalysisTemplate")] = decodesAs(func(template *rollouts.AnalysisTemplate) []error {
		return oneError(analysis.ValidateMetrics(template.Spec.Metrics))
	})
	own[version.WithKind("ClusterAnalysisTemplate")] = decodesAs(func(template *rollouts.ClusterAnalysisTemplate) []error {
		return oneError(analysis.ValidateMetrics(template.Spec.Metrics))
	})
	own[version.WithKind("Experiment")] = decodesAs[rollouts.Experiment]()
}

func oneError(err error) []error {
	if err == nil {
		return nil
	}
	return []error{err}
}

// knownSyncOptions are free text to the definition; https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options.
var knownSyncOptions = map[string]bool{
	"ApplyOutOfSyncOnly": true, "ClientSideApplyMigration": true, "CreateNamespace": true, "FailOnSharedResource": true,
	"Force": true, "PruneLast": true, "PrunePropagationPolicy": true, "Replace": true, "RespectIgnoreDifferences": true,
	"ServerSideApply": true, "SkipDryRunOnMissingResource": true, "Validate": true,
}

func syncOptions(path string, policy *argocd.SyncPolicy) []error {
	if policy == nil {
		return nil
	}
	var problems []error
	for i, option := range policy.SyncOptions {
		name, value, _ := strings.Cut(option, "=")
		switch value {
		case "true", "false", "foreground", "background", "orphan":
			if knownSyncOptions[name] {
				continue
			}
		}
		problems = append(problems, fmt.Errorf("%s[%d]: no option %q", path, i, option))
	}
	return problems
}

// nestedGenerators decodes matrix and merge generators inside of such: they are raw JSON in the type around them.
func nestedGenerators(set *argocd.ApplicationSet) []error {
	var problems []error
	for i, generator := range set.Spec.Generators {
		path := fmt.Sprintf("spec.generators[%d]", i)
		var inner []argocd.ApplicationSetNestedGenerator
		if generator.Matrix != nil {
			inner = append(inner, generator.Matrix.Generators...)
		}
		if generator.Merge != nil {
			inner = append(inner, generator.Merge.Generators...)
		}
		for _, each := range inner {
			if each.Matrix != nil {
				problems = append(problems, nested(path+".matrix", each.Matrix.Raw, new(argocd.NestedMatrixGenerator))...)
			}
			if each.Merge != nil {
				problems = append(problems, nested(path+".merge", each.Merge.Raw, new(argocd.NestedMergeGenerator))...)
			}
		}
	}
	return problems
}
