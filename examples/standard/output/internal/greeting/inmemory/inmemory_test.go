package inmemory

import (
	"testing"

	"example.com/shop/orders/internal/greeting"
	"example.com/shop/orders/internal/greeting/repositorytest"
)

func TestGreetings(t *testing.T) {
	repositorytest.Run(t, func(t *testing.T) greeting.Repository {
		t.Helper()

		return New()
	})
}
