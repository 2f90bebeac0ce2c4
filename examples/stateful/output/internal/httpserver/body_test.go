package httpserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/ledger/internal/answer"
)

// broken is a body that ends with an error.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
func (b broken) Close() error             { return nil }

// decoding is the chain around a handler that reads JSON, and whose service takes
// the end of any connection for that of a data store.
func decoding(log io.Writer, told *int) http.Handler {
	logger := slog.New(slog.NewJSONHandler(log, nil))
	mux := http.NewServeMux()
	mux.Handle("POST /things", HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		var v struct{}

		return fmt.Errorf("create: %w", DecodeJSON(r, &v))
	}))
	away := func(err error) bool {
		var network net.Error

		return errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	outcome := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			*told = exchangeOf(r.Context()).outcome()
		})
	}

	table := answer.Table{
		{If: away, Kind: answer.Unavailable},
	}

	return Handler(mux, outcome, Errors(logger, table),
		Timeout(time.Minute), BodyLimit(100))
}

func TestBodyThatDoesNotArriveIsTheClients(t *testing.T) {
	for name, tt := range map[string]struct {
		err              error
		answered, logged int
	}{
		"hung up":   {io.ErrUnexpectedEOF, http.StatusBadRequest, statusClientClosed},
		"reset":     {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, http.StatusBadRequest, statusClientClosed},
		"too slow":  {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, http.StatusRequestTimeout, http.StatusRequestTimeout},
		"bad chunk": {errors.New("malformed chunked encoding"), http.StatusBadRequest, http.StatusBadRequest},
		"our own":   {http.ErrBodyReadAfterClose, http.StatusInternalServerError, http.StatusInternalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			var told int
			r := httptest.NewRequest(http.MethodPost, "/things", broken{tt.err})
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			decoding(&log, &told).ServeHTTP(w, r)
			if w.Code != tt.answered || told != tt.logged {
				t.Errorf("answered %d, logged as %d; want %d, %d", w.Code, told, tt.answered, tt.logged)
			}
			if ours := tt.logged >= http.StatusInternalServerError; strings.Contains(log.String(), "ERROR") != ours {
				t.Errorf("log = %s", &log)
			}
		})
	}
}

// TestTimeThatEndsWithinABody has a client that sends nothing until the budget is over.
func TestTimeThatEndsWithinABody(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	b := &requestBody{ReadCloser: io.NopCloser(waiting{ctx}), request: ctx}
	var late *BodyError
	if _, err := b.Read(nil); !errors.As(err, &late) || late.status() != http.StatusRequestTimeout {
		t.Errorf("err = %v", err)
	}
	// What is read after that is late for another reason.
	if _, err := b.Read(nil); err != nil {
		t.Errorf("err = %v", err)
	}
}

type waiting struct{ until context.Context }

func (w waiting) Read([]byte) (int, error) {
	<-w.until.Done()

	return 0, nil
}
