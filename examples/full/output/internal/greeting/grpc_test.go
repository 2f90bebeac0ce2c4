package greeting

import (
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	greetingv1 "git.example.com/trade/market/api/greeting/v1"
)

func TestGreetOverGRPC(t *testing.T) {
	service := &grpcService{greeter: newGreeter(t, "values:\n  greeting: Moin\n")}
	answer, err := service.Greet(t.Context(), &greetingv1.GreetRequest{Name: " Ada "})
	if err != nil || answer.GetMessage() != "Moin, Ada!" {
		t.Errorf("got %v, %v", answer, err)
	}
}

func TestInvalidNameOverGRPC(t *testing.T) {
	service := &grpcService{greeter: newGreeter(t, "")}
	_, err := service.Greet(t.Context(), &greetingv1.GreetRequest{Name: "<b>"})
	refusal := status.Convert(err)
	if refusal.Code() != codes.InvalidArgument || len(refusal.Details()) != 1 {
		t.Fatalf("err = %v", err)
	}
	detail, ok := refusal.Details()[0].(*errdetails.BadRequest)
	if !ok || len(detail.GetFieldViolations()) != 1 {
		t.Fatalf("details = %v", refusal.Details())
	}
	if v := detail.GetFieldViolations()[0]; v.GetField() != "name" || !strings.Contains(v.GetDescription(), "letters") {
		t.Errorf("violation = %v", v)
	}
}
