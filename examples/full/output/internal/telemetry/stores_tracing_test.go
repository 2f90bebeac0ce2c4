package telemetry

import (
	"errors"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"git.example.com/trade/market/internal/store"
)

func TestStoreSpans(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
	t.Cleanup(func() { otel.SetTracerProvider(before) })

	observe := StoreSpans()
	for _, err := range []error{store.ErrConflict, errors.New("refused")} {
		_, end := observe(t.Context(), "db", "read")
		end(err)
	}
	ended := spans.Ended()
	if len(ended) != 2 || ended[0].Name() != "db read" {
		t.Fatalf("spans = %v, want two of db read", ended)
	}
	if ended[0].Status().Code == codes.Error || ended[1].Status().Code != codes.Error {
		t.Error("want an error for what failed, and none for a lost race")
	}
}
