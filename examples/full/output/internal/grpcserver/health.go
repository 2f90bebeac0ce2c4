package grpcserver

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"git.example.com/trade/market/internal/health"
)

// Names that are no services, for the kubelet. The server as a whole, which is
// "", and every service follow readiness; a probe of liveness must not, or the
// kubelet would restart a pod because of somebody else's database.
const (
	Liveness = "liveness"
	Startup  = "startup"
)

// watchInterval is how soon a watching client hears of a change. The checks
// behind it run no more often, however many clients there are.
const watchInterval = time.Second

// healthService is grpc.health.v1 over the same state as the probes of HTTP.
type healthService struct {
	healthpb.UnimplementedHealthServer

	health   *health.Health
	services map[string]bool
	stopping <-chan struct{}
}

// status of a service, and whether there is such a service.
func (h *healthService) status(ctx context.Context, service string) (healthpb.HealthCheckResponse_ServingStatus, bool) {
	var report health.Report
	switch {
	case service == Liveness:
		report = h.health.Live()
	case service == Startup:
		report = h.health.Startup()
	case h.services[service]:
		report = h.health.Ready(ctx)
	default:
		return healthpb.HealthCheckResponse_SERVICE_UNKNOWN, false
	}
	if !report.OK {
		return healthpb.HealthCheckResponse_NOT_SERVING, true
	}

	return healthpb.HealthCheckResponse_SERVING, true
}

// Check answers at once.
func (h *healthService) Check(ctx context.Context, r *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	now, ok := h.status(ctx, r.GetService())
	if !ok {
		return nil, status.Error(codes.NotFound, "unknown service")
	}

	return &healthpb.HealthCheckResponse{Status: now}, nil
}

// List answers for every service at once.
func (h *healthService) List(ctx context.Context, _ *healthpb.HealthListRequest) (*healthpb.HealthListResponse, error) {
	statuses := make(map[string]*healthpb.HealthCheckResponse)
	for name := range h.services {
		now, _ := h.status(ctx, name)
		statuses[name] = &healthpb.HealthCheckResponse{Status: now}
	}

	return &healthpb.HealthListResponse{Statuses: statuses}, nil
}

// Watch answers now and with every change, until the client or the server goes.
// An unknown service isn't an error here, as the protocol has it.
func (h *healthService) Watch(r *healthpb.HealthCheckRequest, stream grpc.ServerStreamingServer[healthpb.HealthCheckResponse]) error {
	ctx := stream.Context()
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()

	last := healthpb.HealthCheckResponse_UNKNOWN
	for {
		now, _ := h.status(ctx, r.GetService())
		if now != last && ctx.Err() == nil {
			if err := stream.Send(&healthpb.HealthCheckResponse{Status: now}); err != nil {
				return err
			}
			last = now
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		case <-h.stopping:
			// Who hasn't heard of the drain hears of it here.
			if last == healthpb.HealthCheckResponse_SERVING {
				if err := stream.Send(&healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_NOT_SERVING}); err != nil {
					return err
				}
			}

			return status.Error(codes.Unavailable, "the server is stopping")
		}
	}
}
