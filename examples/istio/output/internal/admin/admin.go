// Package admin is the second port: probes, metrics and what operators need.
// It is apart from traffic so that a mesh, a firewall and an overload of the
// first port each leave it alone.
package admin

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"example.com/catalog/internal/config"
	"example.com/catalog/internal/health"
	"example.com/catalog/internal/httpserver"
)

// Paths of the probes. The manifests name the same ones.
const (
	livePath = "/livez"

	readyPath = "/readyz"

	startupPath = "/startupz"
)

const (
	// A probe or a scrape is one small GET.
	readTimeout = 5 * time.Second

	// More than Prometheus' usual scrape timeout of ten seconds: let the
	// scraper give up, not us.
	writeTimeout = 15 * time.Second

	// More than the usual scrape interval, so that scrapes reuse a connection.
	idleTimeout = 75 * time.Second

	maxHeaderBytes = 16 << 10
	maxBodyBytes   = 4 << 10
)

// Route is one endpoint of the admin port.
type Route struct {
	Pattern string
	Handler http.Handler
}

// Options configure New.
type Options struct {
	Port        int
	Health      *health.Health
	Level       *slog.LevelVar
	Credentials config.Credentials
	Routes      []Route
	Logger      *slog.Logger
	Failed      func(error)
}

// New returns the server of the admin port.
func New(o Options) *httpserver.Server {
	return httpserver.New(httpserver.Options{
		Name:    "admin",
		Port:    o.Port,
		Handler: Handler(o),
		Timeouts: httpserver.Timeouts{
			ReadHeader: readTimeout,
			Read:       readTimeout,
			Write:      writeTimeout,
			Idle:       idleTimeout,
		},
		MaxHeaderBytes: maxHeaderBytes,
		Logger:         o.Logger,
		Failed:         o.Failed,
	})
}

// Handler returns the endpoints. There is no access log: probes would drown it.
func Handler(o Options) http.Handler {
	level := &levelEndpoint{level: o.Level, credentials: o.Credentials, logger: o.Logger}
	routes := []Route{
		{"GET " + livePath, probe(func(*http.Request) health.Report { return o.Health.Live() })},
		{"GET " + readyPath, probe(func(r *http.Request) health.Report { return o.Health.Ready(r.Context()) })},
		{"GET " + startupPath, probe(func(*http.Request) health.Report { return o.Health.Startup() })},
		{"GET /loglevel", http.HandlerFunc(level.get)},
		{"PUT /loglevel", http.HandlerFunc(level.put)},
	}

	mux := http.NewServeMux()
	for _, route := range append(routes, o.Routes...) {
		mux.Handle(route.Pattern, route.Handler)
	}

	return httpserver.Handler(mux,
		httpserver.RequestID,
		httpserver.Recover(o.Logger),
		httpserver.BodyLimit(maxBodyBytes),
	)
}

// probe answers in the form of the API server's own /readyz: 200 or 503, and
// with ?verbose a line per check. Without it the body holds only what failed,
// because that is what the kubelet copies into the event.
func probe(ask func(*http.Request) health.Report) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		report := ask(r)
		verbose := r.URL.Query().Has("verbose")
		var body strings.Builder
		for _, result := range report.Results {
			switch {
			case result.Err != nil && result.Observed:
				if verbose {
					fmt.Fprintf(&body, "[!]%s failed, and requests go on: %s\n", result.Name, oneLine(result.Err))
				}
			case result.Err != nil:
				fmt.Fprintf(&body, "[-]%s failed: %s\n", result.Name, oneLine(result.Err))
			case verbose:
				fmt.Fprintf(&body, "[+]%s ok\n", result.Name)
			}
		}
		status := http.StatusOK
		if report.OK {
			body.WriteString("ok\n")
		} else {
			status = http.StatusServiceUnavailable
		}

		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		// The prober may be gone, which is nobody's error.
		_, _ = w.Write([]byte(body.String()))
	})
}

func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}
