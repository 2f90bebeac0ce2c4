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

	greeter *Greeter
}

// Service registers the service with a gRPC server.
func Service(greeter *Greeter) func(grpc.ServiceRegistrar) {
	return func(server grpc.ServiceRegistrar) {
		greetingv1.RegisterGreetingServiceServer(server, &grpcService{greeter: greeter})
	}
}

func (s *grpcService) Greet(ctx context.Context, r *greetingv1.GreetRequest) (*greetingv1.GreetResponse, error) {
	greeting, err := s.greeter.Greet(ctx, r.GetName())
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
	if unavailable, ok := errors.AsType[*UnavailableError](err); ok {
		return nil, status.Error(codes.Unavailable, unavailable.Error())
	}

	return nil, err
}
