package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestTraceIDsInLogs(t *testing.T) {
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	// Nobody listens there: the collector is away, and nobody may notice.
	p := launch(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "SHUTDOWN_FLUSH=100ms"})
	p.waitReady(t)
	r, err := http.NewRequest(http.MethodGet, p.http+"/version", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	client := &http.Client{Timeout: patience}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status = %s", response.Status)
	}
	p.eventually(t, "access log", func() bool {
		return strings.Contains(p.stdout.String(), `"trace_id":"`+trace+`"`)
	})
	p.signal(t)
	// Spans that can't be sent are given up after the flush budget.
	p.wantExit(t, 0)
}
