package telemetry

import (
	"slices"
	"testing"
	"time"
)

func TestDurationBuckets(t *testing.T) {
	for _, budget := range []time.Duration{100 * time.Millisecond, 800 * time.Millisecond, 15 * time.Second, time.Minute} {
		bounds := durationBuckets(budget)
		if !slices.IsSorted(bounds) || len(slices.Compact(slices.Clone(bounds))) != len(bounds) {
			t.Errorf("bounds = %v, want them in order and once", bounds)
		}
		if !slices.Contains(bounds, sloLatency) || !slices.Contains(bounds, budget.Seconds()) {
			t.Errorf("bounds = %v, want the objective and the budget among them", bounds)
		}
	}
}
