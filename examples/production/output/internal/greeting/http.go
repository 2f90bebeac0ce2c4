package greeting

import (
	"errors"
	"net/http"

	"example.com/shipping/internal/httpserver"
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
		httpserver.WriteJSON(w, http.StatusOK, greeting)
	})
}
