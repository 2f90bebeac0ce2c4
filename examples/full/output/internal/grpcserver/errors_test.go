package grpcserver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"git.example.com/trade/market/internal/answer"
)

var (
	errAway = errors.New("away: secret")
	errGone = errors.New("gone: secret")
	errSlow = errors.New("slow: secret")
)

func TestErrorsAreAnswered(t *testing.T) {
	table := answer.Table{
		{Err: errGone, Kind: answer.NotFound},
		{Err: errAway, Kind: answer.Unavailable, Detail: "Come again.", RetryAfter: 1500 * time.Millisecond},
		{If: func(err error) bool { return errors.Is(err, errSlow) }, Kind: answer.Late},
	}
	foreign := status.Error(codes.PermissionDenied, "secret of another service")
	for name, tt := range map[string]struct {
		err        error
		code       codes.Code
		text       string
		retryAfter time.Duration
		ours       bool
	}{
		"in the table":               {err: fmt.Errorf("get: %w", errGone), code: codes.NotFound, text: "not found"},
		"come again":                 {err: fmt.Errorf("get: %w", errAway), code: codes.Unavailable, text: "Come again.", retryAfter: 1500 * time.Millisecond},
		"too late":                   {err: fmt.Errorf("get: %w", errSlow), code: codes.DeadlineExceeded, text: "the call took too long"},
		"out of time":                {err: fmt.Errorf("get: %w", context.DeadlineExceeded), code: codes.DeadlineExceeded, text: "the call took too long"},
		"nobody knows it":            {err: errors.New("secret"), code: codes.Internal, text: "internal error", ours: true},
		"canceled by ourselves":      {err: fmt.Errorf("get: %w", context.Canceled), code: codes.Internal, text: "internal error", ours: true},
		"meant for the caller":       {err: status.Error(codes.NotFound, "no such thing"), code: codes.NotFound, text: "no such thing"},
		"of another service":         {err: fmt.Errorf("charge: %w", foreign), code: codes.Internal, text: "internal error", ours: true},
		"another one was too slow":   {err: fmt.Errorf("charge: %w", status.Error(codes.DeadlineExceeded, "secret")), code: codes.DeadlineExceeded, text: "the call took too long"},
		"another one, and the table": {err: fmt.Errorf("%w: %w", errAway, foreign), code: codes.Unavailable, text: "Come again.", retryAfter: 1500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, &handlers{unary: func(context.Context) error { return tt.err }})
			f.server.answers = table
			told := status.Convert(f.call(t.Context()))
			if told.Code() != tt.code || told.Message() != tt.text {
				t.Errorf("told %s %q, want %s %q", told.Code(), told.Message(), tt.code, tt.text)
			}
			var after time.Duration
			for _, detail := range told.Details() {
				if retry, ok := detail.(*errdetails.RetryInfo); ok {
					after = retry.GetRetryDelay().AsDuration()
				}
			}
			if after != tt.retryAfter {
				t.Errorf("told to come again after %s, want %s", after, tt.retryAfter)
			}
			f.server.server.GracefulStop()
			if logged := strings.Contains(f.log.String(), "level=ERROR"); logged != tt.ours {
				t.Errorf("an ERROR: %t, want %t\n%s", logged, tt.ours, f.log)
			}
		})
	}
}

func TestEveryKindHasItsWords(t *testing.T) {
	for kind := answer.Invalid; kind <= answer.Late; kind++ {
		if told := statusOf(answer.Row{Kind: kind}); told.Code() == codes.Internal {
			t.Errorf("kind %d is an error of ours", kind)
		}
	}
}

// TestCallerThatIsGoneIsNoError has a stream that can't be sent any more.
func TestCallerThatIsGoneIsNoError(t *testing.T) {
	f := newFixture(t, &handlers{unary: func(ctx context.Context) error {
		<-ctx.Done()

		return fmt.Errorf("send: %w", status.Error(codes.Unavailable, "transport is closing"))
	}})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := f.call(ctx); status.Code(err) != codes.Canceled {
		t.Errorf("err = %v", err)
	}
	f.server.server.GracefulStop()
	if log := f.log.String(); strings.Contains(log, "ERROR") || !strings.Contains(log, "code=Canceled") {
		t.Errorf("log = %s", log)
	}
}
