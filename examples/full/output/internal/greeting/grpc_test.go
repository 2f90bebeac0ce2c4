package greeting_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	greetingv1 "git.example.com/trade/market/api/greeting/v1"
	"git.example.com/trade/market/internal/greeting"
)

// newClient returns a client of the service, on a server without a port.
func newClient(t *testing.T, file string) greetingv1.GreetingServiceClient {
	t.Helper()
	server := grpc.NewServer()
	greeting.RegisterGRPC(newService(t, file))(server)
	listener := bufconn.Listen(1 << 16)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	connection, err := grpc.NewClient("passthrough:///bufconn",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })

	return greetingv1.NewGreetingServiceClient(connection)
}

func TestGreetOverGRPC(t *testing.T) {
	client := newClient(t, "values:\n  greeting: Moin\n")
	answer, err := client.Greet(t.Context(), &greetingv1.GreetRequest{Name: " Ada "})
	if err != nil || answer.GetMessage() != "Moin, Ada!" {
		t.Errorf("got %v, %v", answer, err)
	}
}

func TestInvalidNameOverGRPC(t *testing.T) {
	_, err := newClient(t, "").Greet(t.Context(), &greetingv1.GreetRequest{Name: "<b>"})
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
