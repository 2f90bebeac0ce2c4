package consumertest

import (
	"context"
	"sync"
	"testing"

	"example.com/shop/checkout/internal/consumer"
)

func TestWindow(t *testing.T) {
	var mu sync.Mutex
	counts := make(map[string]int)
	Property{
		Processed: consumer.NewWindow(consumer.WindowSize),
		Effect: func(_ context.Context, key string) error {
			mu.Lock()
			defer mu.Unlock()
			counts[key]++

			return nil
		},
		Count: func(_ context.Context, key string) (int, error) {
			mu.Lock()
			defer mu.Unlock()

			return counts[key], nil
		},
		Before: Failures(),
	}.Test(t)
}
