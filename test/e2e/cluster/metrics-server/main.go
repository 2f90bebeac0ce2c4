// Command metrics-server serves metrics.k8s.io, which the HorizontalPodAutoscaler reads, as published in its own Go
// module.
package main

import (
	"os"

	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/component-base/cli"
	"sigs.k8s.io/metrics-server/cmd/metrics-server/app"
)

func main() {
	stop := genericapiserver.SetupSignalHandler()
	os.Exit(cli.Run(app.NewMetricsServerCommand(stop)))
}
