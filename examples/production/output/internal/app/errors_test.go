package app

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"example.com/shipping/internal/httpserver"
	"example.com/shipping/internal/idempotency"
	"example.com/shipping/internal/store"
)

func TestAnswers(t *testing.T) {
	tests := []struct {
		err    error
		status int
	}{
		{store.ErrNotFound, http.StatusNotFound},
		{store.ErrConflict, http.StatusConflict},
		{store.ErrInvalid, http.StatusBadRequest},
		{idempotency.ErrReused, http.StatusUnprocessableEntity},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, http.StatusServiceUnavailable},
		// The client's connection, and nobody else's.
		{&httpserver.BodyError{Err: io.ErrUnexpectedEOF}, http.StatusBadRequest},
		{&httpserver.BodyError{Err: &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}}, http.StatusRequestTimeout},
		{errors.New("nobody knows"), http.StatusInternalServerError},
	}
	for _, tt := range tests {
		mux := http.NewServeMux()
		mux.Handle("GET /", httpserver.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
			return fmt.Errorf("wrapped: %w", tt.err)
		}))
		w := httptest.NewRecorder()
		handler := httpserver.Handler(mux, httpserver.Errors(slog.New(slog.DiscardHandler), answers()))
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if w.Code != tt.status {
			t.Errorf("%v = %d, want %d", tt.err, w.Code, tt.status)
		}
	}
}
