package httpserver

import (
	"encoding/json"
	"net/http"
)

// Problem is the body of every error answer (RFC 9457).
type Problem struct {
	Type      string       `json:"type"`
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Detail    string       `json:"detail,omitempty"`
	RequestID string       `json:"requestId,omitempty"`
	Errors    []FieldError `json:"errors,omitempty"`
}

// FieldError names what exactly was wrong with the request.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// WriteProblem answers with p. Only Status is required. Detail goes to the
// client: never put the text of an internal error there.
func WriteProblem(w http.ResponseWriter, r *http.Request, p Problem) {
	if p.Type == "" {
		p.Type = "about:blank"
	}
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	p.RequestID = exchangeOf(r.Context()).requestID
	// A handler may have announced another body before it failed.
	w.Header().Del("Content-Length")
	w.Header().Del("Content-Encoding")
	write(w, p.Status, "application/problem+json", p)
}

// WriteJSON answers with v as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	write(w, status, "application/json", v)
}

func write(w http.ResponseWriter, status int, contentType string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		// A type that can't be encoded is a programming error. Recover logs it
		// with the stack and answers 500.
		panic(err)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// The client may be gone, which is nobody's error.
	_, _ = w.Write(append(body, '\n'))
}
