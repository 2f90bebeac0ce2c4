package main

import (
	"fmt"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	alertmanager "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func addMonitoring(own map[schema.GroupVersionKind]ownCheck) {
	version := schema.GroupVersion{Group: "monitoring.coreos.com", Version: "v1"}
	own[version.WithKind("ServiceMonitor")] = decodesAs[monitoring.ServiceMonitor]()
	own[version.WithKind("PodMonitor")] = decodesAs[monitoring.PodMonitor]()
	own[version.WithKind("PrometheusRule")] = decodesAs[monitoring.PrometheusRule]()
	alpha := schema.GroupVersion{Group: "monitoring.coreos.com", Version: "v1alpha1"}
	own[alpha.WithKind("AlertmanagerConfig")] = decodesAs(func(config *alertmanager.AlertmanagerConfig) []error {
		receivers := map[string]bool{}
		for _, receiver := range config.Spec.Receivers {
			receivers[receiver.Name] = true
		}
		return routes("spec.route", config.Spec.Route, receivers)
	})
}

// routes decodes the routes below a route, which are raw JSON in the type around them, and looks for their receivers.
func routes(path string, route *alertmanager.Route, receivers map[string]bool) []error {
	if route == nil {
		return nil
	}
	var problems []error
	if route.Receiver != "" && !receivers[route.Receiver] {
		problems = append(problems, fmt.Errorf("%s.receiver: no receiver %q", path, route.Receiver))
	}
	for i, raw := range route.Routes {
		child := new(alertmanager.Route)
		below := fmt.Sprintf("%s.routes[%d]", path, i)
		problems = append(problems, nested(below, raw.Raw, child)...)
		problems = append(problems, routes(below, child, receivers)...)
	}
	return problems
}
