package httpserver

import "net/http"

// Router is what endpoints are added to: an http.ServeMux, or Routes.
type Router interface {
	Handle(pattern string, handler http.Handler)
	HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request))
}

// Routes is a ServeMux that knows its patterns, so that metrics can begin at zero
// for each of them.
type Routes struct {
	*http.ServeMux

	patterns []string
}

// NewRoutes returns one without a route.
func NewRoutes() *Routes { return &Routes{ServeMux: http.NewServeMux()} }

// Handle adds a route.
func (r *Routes) Handle(pattern string, handler http.Handler) {
	r.patterns = append(r.patterns, pattern)
	r.ServeMux.Handle(pattern, handler)
}

// HandleFunc adds a route.
func (r *Routes) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	r.Handle(pattern, http.HandlerFunc(handler))
}

// Patterns returns what was added, in that order.
func (r *Routes) Patterns() []string { return r.patterns }
