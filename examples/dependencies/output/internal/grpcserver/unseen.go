package grpcserver

import (
	"context"
	"time"

	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// unseen tells of the calls that end before an interceptor hears of them: with a
// message that is too large, that is none, or that is compressed in an unknown
// way. Without it they would be in no log and in no metric.
type unseen struct {
	server *Server
}

type callKey struct{}

// callState is one call; the interceptors say that they have it.
type callState struct {
	method string
	begin  time.Time
	seen   bool
}

// see marks the call in ctx as one that the interceptors tell of.
func see(ctx context.Context) {
	if state, ok := ctx.Value(callKey{}).(*callState); ok {
		state.seen = true
	}
}

func (u *unseen) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	return context.WithValue(ctx, callKey{}, &callState{method: info.FullMethodName, begin: time.Now()})
}

func (u *unseen) HandleRPC(ctx context.Context, event stats.RPCStats) {
	end, ok := event.(*stats.End)
	if !ok {
		return
	}
	state, ok := ctx.Value(callKey{}).(*callState)
	if !ok || state.seen || end.Error == nil {
		return
	}
	method := state.method
	if !u.server.methods[method] {
		method = unmatched
	}
	for _, o := range u.server.observers {
		o.Begun()
	}
	call := Call{Method: method, Code: status.Code(end.Error), Duration: time.Since(state.begin)}
	for _, o := range u.server.observers {
		o.Ended(call)
	}
	u.server.log(ctx, call)
}

func (u *unseen) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (u *unseen) HandleConn(context.Context, stats.ConnStats) {}
