package config

import "time"

// Every default has its place here and nowhere else. The manifests under
// deploy/ are written for these numbers: change one there, change it here.

// Traffic port.
const (
	defaultHTTPPort = 8080

	// The budget of one handler. Every outer timeout is derived from it.
	defaultHTTPTimeout = 15 * time.Second

	// A client inside the cluster sends its header in one packet. This forgives
	// retransmits, and still starves an attack with slow headers.
	defaultHTTPReadHeaderTimeout = 5 * time.Second

	// Header and body together. A handler has nothing to work on before the
	// body is there, so reading may take no longer than the handler itself.
	defaultHTTPReadTimeout = 15 * time.Second

	// Runs from the end of the header: the handler's whole budget, and time to
	// write an answer that was finished at the last moment.
	defaultHTTPWriteTimeout = 20 * time.Second

	// Longer than the idle timeout of any proxy in front (an hour in Envoy,
	// where nobody tells it), so that the proxy closes an idle connection and
	// never meets a closed one.
	defaultHTTPIdleTimeout = 615 * time.Second

	// 64 KiB: room for a large bearer token and a row of tracing headers. Go's
	// own default of 1 MiB is a gift to whoever wants our memory.
	defaultHTTPMaxHeaderBytes = 65536

	// 1 MiB: JSON requests are a few KiB. One that is larger is a mistake.
	defaultHTTPMaxBodyBytes = 1048576
)

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
