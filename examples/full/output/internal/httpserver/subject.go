package httpserver

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// Subject returns who calls: the issuer and the subject of the request's token, or
// nothing where there is none. The mesh has verified every token that comes this far,
// so the signature isn't looked at again. Without the mesh, as on a developer's
// machine, it is what the caller claims.
func Subject(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	parts := strings.Split(token, ".")
	if !strings.EqualFold(scheme, "Bearer") || len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Issuer  string `json:"iss"`
		Subject string `json:"sub"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil || claims.Subject == "" {
		return ""
	}

	return claims.Issuer + " " + claims.Subject
}
