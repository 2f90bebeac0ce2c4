package config

import "time"

// Every default has its place here and nowhere else. The manifests under
// deploy/ are written for these numbers: change one there, change it here.

// Admin port.
const (
	defaultAdminPort = 9090
)

// Readiness.
const (
	// Below the timeout of the readiness probe, so that the probe receives our
	// answer with the name of the slow dependency and not a timeout.
	defaultHealthCheckTimeout = 2 * time.Second

	// Shorter than any probe period, so that every probe sees a fresh answer,
	// while kubelet, mesh and curl at the same moment cost one check.
	defaultHealthCheckCache = 1 * time.Second
)

// Shutdown. The sum of these and of the preStop hook stays 5 seconds below
// terminationGracePeriodSeconds (40 seconds), after which comes SIGKILL.
const (
	// How long the endpoint's removal takes to reach every proxy and client.
	defaultShutdownDrain = 5 * time.Second

	// Not less than http.writeTimeout: the request that arrived last gets all
	// of its time.
	defaultShutdownTimeout = 20 * time.Second

	// For telemetry that is still queued. Losing it is better than SIGKILL.
	defaultShutdownFlush = 5 * time.Second
)

// Logs.
const (
	defaultLogLevel = "info"
)
