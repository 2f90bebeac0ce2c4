package app

import (
	"net/http"

	"git.example.com/trade/market/internal/buildinfo"
	"git.example.com/trade/market/internal/httpserver"
)

// registerVersion adds the endpoint that says which build answers. A pipeline
// waits there for the commit that it has released; see scripts/smoke.sh.
func registerVersion(mux *http.ServeMux) {
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
