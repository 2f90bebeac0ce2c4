package inmemory

import (
	"testing"

	"example.com/hello/internal/greeting"
	"example.com/hello/internal/greeting/repositorytest"
)

func TestGreetings(t *testing.T) {
	repositorytest.Run(t, func(t *testing.T) greeting.Repository {
		t.Helper()

		return New()
	})
}
