package app

import (
	"net/http"

	"example.com/shipping/internal/buildinfo"
	"example.com/shipping/internal/httpserver"
)

// commitHeader is in every answer, and names the commit that gave it. While two
// versions share the traffic, a pipeline judges the answers of the one that it
// has released; see scripts/smoke.sh.
const commitHeader = "X-Commit"

// nameCommit adds that header.
func nameCommit(next http.Handler) http.Handler {
	commit := buildinfo.Get().Commit

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(commitHeader, commit)
		next.ServeHTTP(w, r)
	})
}

// registerVersion adds the endpoint that says which build answers. A pipeline
// waits there for the commit that it has released; see scripts/smoke.sh.
func registerVersion(mux httpserver.Router) {
	build := buildinfo.Get()
	answer := struct {
		Version string `json:"version"`
		Commit  string `json:"commit"`
	}{Version: build.Version, Commit: build.Commit}
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		httpserver.WriteJSON(w, http.StatusOK, answer)
	})
}
