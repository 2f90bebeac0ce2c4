package greeting

import (
	"errors"
	"net/http"

	"example.com/shop/checkout/internal/httpserver"
)

// Register adds the endpoint to mux.
func Register(mux *http.ServeMux, greeter *Greeter) {
	mux.HandleFunc("GET /v1/greetings/{name}", func(w http.ResponseWriter, r *http.Request) {
		greeting, err := greeter.Greet(r.Context(), r.PathValue("name"))
		if invalid, ok := errors.AsType[*InvalidError](err); ok {
			httpserver.WriteProblem(w, r, httpserver.Problem{
				Status: http.StatusBadRequest,
				Detail: "The name is not valid.",
				Errors: []httpserver.FieldError{{Field: "name", Detail: invalid.Detail}},
			})

			return
		}
		if unavailable, ok := errors.AsType[*UnavailableError](err); ok {
			w.Header().Set("Retry-After", "1")
			httpserver.WriteProblem(w, r, httpserver.Problem{
				Status: http.StatusServiceUnavailable,
				Detail: unavailable.Error(),
			})

			return
		}
		if err != nil {
			return // the caller's time is over: who set it, answers
		}
		httpserver.WriteJSON(w, http.StatusOK, greeting)
	})
}
