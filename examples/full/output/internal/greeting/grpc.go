package greeting

import (
	"context"
	"errors"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	greetingv1 "git.example.com/trade/market/api/greeting/v1"
)

// grpcService is greeting.v1.GreetingService.
type grpcService struct {
	greetingv1.UnimplementedGreetingServiceServer

	service *Service
}

// RegisterGRPC registers the service with a gRPC server.
func RegisterGRPC(service *Service) func(grpc.ServiceRegistrar) {
	return func(server grpc.ServiceRegistrar) {
		greetingv1.RegisterGreetingServiceServer(server, &grpcService{service: service})
	}
}

func (s *grpcService) Greet(_ context.Context, r *greetingv1.GreetRequest) (*greetingv1.GreetResponse, error) {
	greeting, err := s.service.Greet(r.GetName())
	if err == nil {
		return &greetingv1.GreetResponse{Message: greeting.Message}, nil
	}
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		refusal, failed := status.New(codes.InvalidArgument, "The name is not valid.").WithDetails(&errdetails.BadRequest{
			FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "name", Description: invalid.Detail}},
		})
		if failed != nil {
			return nil, failed
		}

		return nil, refusal.Err()
	}

	return nil, err
}
