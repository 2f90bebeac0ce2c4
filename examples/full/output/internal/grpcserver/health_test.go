package grpcserver

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

const (
	serving    = healthpb.HealthCheckResponse_SERVING
	notServing = healthpb.HealthCheckResponse_NOT_SERVING
	unknown    = healthpb.HealthCheckResponse_SERVICE_UNKNOWN
)

func TestHealthFollowsReadiness(t *testing.T) {
	f := newFixture(t, &handlers{})
	var down atomic.Bool
	f.health.Register("db", func(context.Context) error {
		if down.Load() {
			return errors.New("away")
		}

		return nil
	})
	client := healthpb.NewHealthClient(f.client)
	steps := []struct {
		name                    string
		do                      func()
		ready, startup, process healthpb.HealthCheckResponse_ServingStatus
	}{
		{"starting", func() {}, notServing, notServing, serving},
		{"started", f.health.Started, serving, serving, serving},
		{"dependency away", func() { down.Store(true) }, notServing, serving, serving},
		{"dependency back", func() { down.Store(false) }, serving, serving, serving},
		{"draining", f.health.Drain, notServing, serving, serving},
	}
	for _, step := range steps {
		step.do()
		for service, want := range map[string]healthpb.HealthCheckResponse_ServingStatus{
			"": step.ready, "test.Service": step.ready, Startup: step.startup, Liveness: step.process,
		} {
			answer, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{Service: service})
			if err != nil || answer.GetStatus() != want {
				t.Errorf("%s: %q is %v, %v, want %s", step.name, service, answer.GetStatus(), err, want)
			}
		}
		list, err := client.List(t.Context(), &healthpb.HealthListRequest{})
		if err != nil || len(list.GetStatuses()) != 2 || list.GetStatuses()["test.Service"].GetStatus() != step.ready {
			t.Errorf("%s: list = %v, %v", step.name, list, err)
		}
	}
	if _, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "nope"}); status.Code(err) != codes.NotFound {
		t.Errorf("unknown service: %v", err)
	}
	if log := f.log.String(); strings.Contains(log, "method=") {
		t.Errorf("probes are in the log: %s", log)
	}
}

func TestWatch(t *testing.T) {
	f := newFixture(t, &handlers{})
	f.health.Started()
	client := healthpb.NewHealthClient(f.client)
	for service, steps := range map[string][]healthpb.HealthCheckResponse_ServingStatus{
		"test.Service": {serving, notServing},
		"nope":         {unknown},
	} {
		stream, err := client.Watch(t.Context(), &healthpb.HealthCheckRequest{Service: service})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range steps {
			if i > 0 {
				f.health.Drain()
			}
			if answer, err := stream.Recv(); err != nil || answer.GetStatus() != want {
				t.Errorf("%q is %v, %v, want %s", service, answer.GetStatus(), err, want)
			}
		}
	}
}

func TestWatchHearsOfTheStopAndEnds(t *testing.T) {
	f := newFixture(t, &handlers{})
	f.health.Started()
	stream, err := healthpb.NewHealthClient(f.client).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := stream.Recv(); err != nil || answer.GetStatus() != serving {
		t.Fatalf("got %v, %v", answer, err)
	}
	if err := f.server.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if answer, err := stream.Recv(); err != nil || answer.GetStatus() != notServing {
		t.Errorf("got %v, %v", answer, err)
	}
	if _, err := stream.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("err = %v", err)
	}
}
