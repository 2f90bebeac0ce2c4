package greeting_test

import (
	"encoding/base64"
	"net/http"
	"testing"
)

func TestCallersHaveKeysOfTheirOwn(t *testing.T) {
	handler := newHandler(t)
	token := func(subject string) string {
		payload := `{"iss":"https://issuer","sub":"` + subject + `"}`

		return "Bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
	}
	create := func(subject, name string) (status int, replayed bool) {
		w := ask(handler, "POST", "/v1/greetings", `{"name":"`+name+`"}`,
			"Idempotency-Key", keyed("1"), "Authorization", token(subject))

		return w.Code, w.Header().Get("Idempotent-Replayed") == "true"
	}
	for _, tt := range []struct {
		subject, name string
		status        int
		replayed      bool
	}{
		{"ada", "Ada", http.StatusCreated, false},
		{"eve", "Ada", http.StatusCreated, false},
		{"ada", "Ada", http.StatusCreated, true},
		{"ada", "Eve", http.StatusUnprocessableEntity, false},
	} {
		if status, replayed := create(tt.subject, tt.name); status != tt.status || replayed != tt.replayed {
			t.Errorf("%s, %s: %d, replayed: %t", tt.subject, tt.name, status, replayed)
		}
	}
}
