// Package greeting is an example of an endpoint: validation, a setting, answers
// and errors. Once you have one of your own, delete it together with its line in
// internal/app and its part of api/openapi.yaml. scripts/smoke.sh and the tests
// in cmd call it too: let them call yours.
package greeting

import (
	"context"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/shop/orders/internal/config"
	"example.com/shop/orders/internal/httpserver"
)

const (
	// maxName counts characters, not bytes. It is what openapi.yaml promises.
	maxName = 64

	// valueKey is the key under "values" in the configuration file.
	valueKey = "greeting"

	defaultGreeting = "Hello"
)

// Greeting is the answer.
type Greeting struct {
	Message string `json:"message"`

	// Greeted is how often each dependency that counts has seen the name.
	Greeted map[string]int64 `json:"greeted,omitempty"`
}

// Use is a dependency that hears of every greeting.
type Use struct {
	Name string
	// Greet returns how often the name was greeted, or 0 if it doesn't count.
	Greet func(ctx context.Context, name string) (int64, error)
}

// Register adds the endpoint to mux.
func Register(mux *http.ServeMux, live *config.Live, uses ...Use) {
	mux.HandleFunc("GET /v1/greetings/{name}", func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimSpace(r.PathValue("name"))
		if problem := validate(name); problem != "" {
			httpserver.WriteProblem(w, r, httpserver.Problem{
				Status: http.StatusBadRequest,
				Detail: "The name is not valid.",
				Errors: []httpserver.FieldError{{Field: "name", Detail: problem}},
			})

			return
		}

		// Read here and not in Register, so that a reload counts.
		word := live.Current().Values[valueKey]
		if word == "" {
			word = defaultGreeting
		}
		answer := Greeting{Message: word + ", " + name + "!"}
		for _, use := range uses {
			count, err := use.Greet(r.Context(), name)
			if err != nil {
				// Whoever has failed has logged why: the text may name hosts and
				// statements, and this goes to a client.
				httpserver.WriteProblem(w, r, httpserver.Problem{
					Status: http.StatusServiceUnavailable,
					Detail: "A dependency is not available: " + use.Name + ".",
				})

				return
			}
			if count > 0 {
				if answer.Greeted == nil {
					answer.Greeted = make(map[string]int64, len(uses))
				}
				answer.Greeted[use.Name] = count
			}
		}
		httpserver.WriteJSON(w, http.StatusOK, answer)
	})
}

// validate returns what is wrong with name, or nothing.
func validate(name string) string {
	switch {
	case !utf8.ValidString(name):
		return "must be UTF-8"
	case name == "":
		return "must not be empty"
	case utf8.RuneCountInString(name) > maxName:
		return "must have at most 64 characters"
	}
	for _, c := range name {
		if !unicode.IsLetter(c) && !unicode.IsMark(c) && !unicode.IsDigit(c) && !strings.ContainsRune(" '.-", c) {
			return "must consist of letters, digits, spaces, apostrophes, full stops and hyphens"
		}
	}

	return ""
}
