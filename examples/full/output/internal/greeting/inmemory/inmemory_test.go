package inmemory

import (
	"context"
	"testing"

	"git.example.com/trade/market/internal/greeting"
	"git.example.com/trade/market/internal/greeting/repositorytest"
)

func TestGreetings(t *testing.T) {
	repositorytest.Run(t, func(t *testing.T) greeting.Repository {
		t.Helper()

		return New(func(context.Context, greeting.Greeting) error { return nil })
	})
}
