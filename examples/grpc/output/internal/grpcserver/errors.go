package grpcserver

import (
	"context"
	"errors"
	"log/slog"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"example.com/shop/prices/internal/answer"
)

// words are those of gRPC: its code, and what is said where the row says nothing.
var words = map[answer.Kind]struct {
	code codes.Code
	text string
}{
	answer.Invalid:       {codes.InvalidArgument, "the request is not valid"},
	answer.NotFound:      {codes.NotFound, "not found"},
	answer.Exists:        {codes.AlreadyExists, "already there"},
	answer.Conflict:      {codes.Aborted, "changed by somebody else"},
	answer.Unprocessable: {codes.FailedPrecondition, "the request can't be carried out"},
	answer.TooLarge:      {codes.ResourceExhausted, "too large"},
	answer.Unavailable:   {codes.Unavailable, "not available"},
	answer.Late:          {codes.DeadlineExceeded, "the call took too long"},
}

// public is what a caller is told of an error. A status that a handler returns is
// meant for them. One that is wrapped came from somewhere else, from another service
// for example, and is an error like any other: neither its code nor its text is ours
// to pass on. What is in no row of the table is a mistake in the program.
func (s *Server) public(ctx context.Context, method string, err error) error {
	if err == nil {
		return nil
	}
	if _, meant := err.(interface{ GRPCStatus() *status.Status }); meant { //nolint:errorlint // what is wrapped is not meant
		return err
	}
	if ctx.Err() != nil && ended(err) {
		return status.FromContextError(ctx.Err()).Err() // the caller has gone, or waits no more
	}
	if row, ok := s.answers.Find(err); ok {
		return statusOf(row).Err()
	}
	if errors.Is(err, context.DeadlineExceeded) || status.Code(err) == codes.DeadlineExceeded {
		return statusOf(answer.Row{Kind: answer.Late}).Err()
	}
	s.logger.LogAttrs(ctx, slog.LevelError, "error in handler", slog.String("method", method), slog.Any("error", err))

	return status.Error(codes.Internal, "internal error")
}

// ended tells what comes of a call that is over: the end of its context, and what
// streams and other services make of that.
func ended(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	switch status.Code(err) {
	case codes.Canceled, codes.DeadlineExceeded, codes.Unavailable:
		return true
	default:
		return false
	}
}

// statusOf says a row in gRPC's words. A caller that may come again is told when.
func statusOf(row answer.Row) *status.Status {
	word, ok := words[row.Kind]
	if !ok {
		return status.New(codes.Internal, "internal error")
	}
	text := row.Detail
	if text == "" {
		text = word.text
	}
	plain := status.New(word.code, text)
	if row.RetryAfter <= 0 {
		return plain
	}
	detailed, err := plain.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(row.RetryAfter)})
	if err != nil {
		return plain // it can't be encoded, which is no reason to say nothing
	}

	return detailed
}
