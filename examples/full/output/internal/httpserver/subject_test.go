package httpserver

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestSubject(t *testing.T) {
	token := func(payload string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
	}
	ada := token(`{"iss":"https://issuer","sub":"ada"}`)
	for authorization, want := range map[string]string{
		"Bearer " + ada: "https://issuer ada",
		"bearer " + ada: "https://issuer ada",
		"Basic " + ada:  "",
		"Bearer " + token(`{"iss":"https://issuer"}`): "",
		"Bearer " + token(`no JSON`):                  "",
		"Bearer a.%.c":                                "",
		"Bearer opaque":                               "",
		"":                                            "",
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Authorization", authorization)
		if got := Subject(r); got != want {
			t.Errorf("%s: %q, want %q", authorization, got, want)
		}
	}
}
