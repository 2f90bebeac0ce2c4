package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// dial returns a connection of its own.
func (p *process) dial(t *testing.T) *grpc.ClientConn {
	t.Helper()
	connection, err := grpc.NewClient(p.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })

	return connection
}

// TestSIGTERMUnderLoadLosesNoCall has clients that watch health, as those that
// balance by themselves do: they leave when they hear of the drain, and until
// then every call has to succeed.
func TestSIGTERMUnderLoadLosesNoCall(t *testing.T) {
	// Long enough for every client to notice, even on a machine that is busy.
	p := launch(t, []string{"SHUTDOWN_DRAIN=3s"})
	p.waitReady(t)

	var (
		sent    atomic.Int64
		drained atomic.Bool
		wg      sync.WaitGroup
		mu      sync.Mutex
		lost    []string
	)
	for range 8 {
		client := healthpb.NewHealthClient(p.dial(t))
		wg.Go(func() {
			for !drained.Load() {
				ctx, cancel := context.WithTimeout(context.Background(), patience)
				answer, err := client.Check(ctx, &healthpb.HealthCheckRequest{Service: "liveness"})
				cancel()
				if err != nil || answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
					mu.Lock()
					lost = append(lost, fmt.Sprint(answer.GetStatus(), err))
					mu.Unlock()

					return
				}
				sent.Add(1)
			}
		})
	}
	health, err := healthpb.NewHealthClient(p.dial(t)).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want(t, health, healthpb.HealthCheckResponse_SERVING)

	p.eventually(t, "load", func() bool { return sent.Load() > 1000 })
	// What is missing here, and is said at the start, has nothing to do with the stop.
	before := p.stderr.String()
	p.signal(t)
	want(t, health, healthpb.HealthCheckResponse_NOT_SERVING)
	alive, err := healthpb.NewHealthClient(p.dial(t)).Check(t.Context(), &healthpb.HealthCheckRequest{Service: "liveness"})
	if err != nil || alive.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		t.Errorf("liveness while draining = %v, %v: the kubelet would kill us", alive, err)
	}
	// Still serving: this is what the drain is for.
	atDrain := sent.Load()
	p.eventually(t, "calls while draining", func() bool { return sent.Load() > atDrain })
	drained.Store(true)
	wg.Wait()
	// The stream ends by itself: it doesn't hold up the stop.
	if _, err := health.Recv(); err == nil {
		t.Error("the watch goes on after the stop")
	}
	p.wantExit(t, 0)

	if len(lost) > 0 {
		t.Errorf("%d calls were made, and some lost: %q", sent.Load(), slices.Compact(lost))
	}
	if p.stderr.String() != before {
		t.Error("a clean stop logged errors")
	}
	checkLog(t, p.stdout.String(), "grpc")
}

func want(t *testing.T, health grpc.ServerStreamingClient[healthpb.HealthCheckResponse], status healthpb.HealthCheckResponse_ServingStatus) {
	t.Helper()
	answer, err := health.Recv()
	if err != nil || answer.GetStatus() != status {
		t.Fatalf("health = %v, %v, want %s", answer.GetStatus(), err, status)
	}
}

// TestAgedConnectionsLoseNothing makes clients reconnect all the time.
func TestAgedConnectionsLoseNothing(t *testing.T) {
	p := launch(t, []string{"GRPC_MAX_CONNECTION_AGE=1s"})
	p.waitReady(t)
	client := healthpb.NewHealthClient(p.dial(t))
	for until := time.Now().Add(3 * time.Second); time.Now().Before(until); {
		if _, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "liveness"}); err != nil {
			t.Fatal(err)
		}
	}
	p.signal(t)
	p.wantExit(t, 0)
}
