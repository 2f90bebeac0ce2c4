package consumer

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestLagIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBroker()
		c, _ := newTestConsumer(b, nil)
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if lag, known := c.Lag(); lag != 7 || !known {
			t.Errorf("lag = %d, %t; want the broker's", lag, known)
		}
		b.mu.Lock()
		b.refuse = errors.New("not allowed")
		b.mu.Unlock()
		time.Sleep(lagInterval)
		if _, known := c.Lag(); !known {
			t.Error("one answer that fails, and the lag is not known")
		}
		time.Sleep(lagHolds)
		if lag, known := c.Lag(); known {
			t.Errorf("lag = %d, and nobody has said so for %s", lag, lagHolds)
		}
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
