package inmemory

import (
	"testing"

	"example.com/shipping/internal/greeting"
	"example.com/shipping/internal/greeting/repositorytest"
)

func TestGreetings(t *testing.T) {
	repositorytest.Run(t, func(t *testing.T) greeting.Repository {
		t.Helper()

		return New()
	})
}
