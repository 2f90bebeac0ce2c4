package consumer

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git.example.com/trade/market/internal/messaging"
)

// outage runs deliveries of "guilty", one a minute, during which a server refuses
// that message, and the others if it is full for everybody.
func outage(t *testing.T, tries int, between []string, full bool) (fates []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBroker()
		c, _ := newTestConsumer(b, func(_ context.Context, m messaging.Message) error {
			if full || m.ID == "guilty" {
				return errFull
			}

			return nil
		})
		c.Limits.Concurrency = 1
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		for at := range tries {
			b.deliveries <- &delivery{broker: b, id: "guilty", attempt: 1, waits: at}
			for _, id := range between {
				if !full {
					id += strconv.Itoa(at) // the one before is done
				}
				b.deliveries <- &delivery{broker: b, id: id, attempt: 1, waits: at}
			}
			synctest.Wait()
			time.Sleep(time.Minute)
		}
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		fates = b.fates
	})

	return fates
}

func dead(fates []string) (count int) {
	for _, fate := range fates {
		if strings.HasPrefix(fate, "dead letter") {
			count++
		}
	}

	return count
}

func TestServerThatIsFullMakesNoDeadLetters(t *testing.T) {
	if fates := outage(t, 59, []string{"a", "b"}, true); dead(fates) > 0 {
		t.Errorf("%d dead letters while every message was refused", dead(fates))
	}
}

func TestMessageThatIsRefusedAlone(t *testing.T) {
	// Its first try says nothing, and each one more has others between.
	fates := outage(t, 4, []string{"a"}, false)
	if last := slices.Index(fates, "dead letter guilty: a server is away for this message, and not for others: full"); last != 6 {
		t.Errorf("fates = %q", fates)
	}
}

// A partition may have nothing else, or nothing that gets past it.
func TestMessageThatIsRefusedInTheQuiet(t *testing.T) {
	if fates := outage(t, 60, nil, false); dead(fates) != 0 {
		t.Errorf("dead within %s", quietLimit)
	}
	if fates := outage(t, 61, nil, false); dead(fates) != 1 {
		t.Error("it stands still for ever")
	}
}

// Nobody can tell them apart then, so that one has to do for the next while.
func TestOneIsPutAsideInTheQuiet(t *testing.T) {
	if fates := outage(t, 119, []string{"a", "b", "c"}, true); dead(fates) != 1 {
		t.Errorf("%d dead letters in less than two hours", dead(fates))
	}
}

func TestSuspectsAreBounded(t *testing.T) {
	var s suspects
	for at := range maxSuspects + 10 {
		s.again(KeyOf("test", strconv.Itoa(at)), messaging.Message{}, true, 3)
	}
	if len(s.known) > maxSuspects {
		t.Errorf("%d are remembered", len(s.known))
	}
}
