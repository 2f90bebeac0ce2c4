package messaging

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A synctest bubble has a clock of its own, so this takes no time.
func TestUpkeepGoesOnUntilItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var away atomic.Bool
		var attempts, failures atomic.Int32
		away.Store(true)
		u := NewUpkeep()
		u.Start(t.Context(), func(context.Context) error {
			attempts.Add(1)
			if away.Load() {
				return errors.New("away")
			}

			return nil
		}, func(context.Context, error) { failures.Add(1) })
		time.Sleep(10 * time.Minute)
		if n := attempts.Load(); u.Ready() || n < 15 || n > 60 || failures.Load() != n {
			t.Errorf("ready %t after %d attempts, %d of them told", u.Ready(), n, failures.Load())
		}
		away.Store(false)
		time.Sleep(maxBackoff)
		synctest.Wait()
		before := attempts.Load()
		time.Sleep(time.Hour)
		if !u.Ready() || attempts.Load() != before {
			t.Errorf("ready %t, and %d attempts since", u.Ready(), attempts.Load()-before)
		}
		u.Missed()
		synctest.Wait()
		if !u.Ready() || attempts.Load() != before+1 {
			t.Errorf("missed: ready %t, and %d attempts since", u.Ready(), attempts.Load()-before)
		}
		u.Stop(t.Context())
	})
}
