package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/shop/checkout/internal/messaging"
)

const (
	// maxTries is how often a message may be refused: with the back-off for about
	// eight seconds, in which a limit may have been raised.
	maxTries = 5

	// suspicion is how many rounds may end at one message, half a minute of them,
	// until another one is tried. If that is taken, it is the first one's fault; if
	// it isn't, the broker is away.
	suspicion = 5
)

// suspect is an entry at which rounds end.
type suspect struct {
	id     int64
	rounds int
}

// round publishes one batch, and tells whether there may be more.
func (r *Relay) round(ctx context.Context) (more bool, err error) {
	// Until then it is ours alone, and nothing of it is published twice.
	until := time.Now().Add(lease - publishTimeout)
	if ours, err := r.store.Lead(ctx, r.holder, lease); err != nil || !ours {
		return false, err
	}
	entries, err := r.store.Oldest(ctx, batch)
	if err != nil {
		return false, err
	}
	// Those that have failed by themselves come last: who waits behind them has done
	// nothing.
	slices.SortStableFunc(entries, func(a, b Entry) int { return min(a.Tries, 1) - min(b.Tries, 1) })
	// suspected is the first one that failed, while it isn't known whose fault that is.
	var suspected *Entry
	var reason error
	taken := false // the broker takes others
	for at := range entries {
		if time.Now().After(until) {
			return true, reason
		}
		entry := &entries[at]
		err := r.publish(ctx, entry)
		guilty := entry.Unreadable != nil || errors.Is(err, messaging.ErrRefused) || entry.Tries > 0 && taken
		switch {
		case err == nil:
			taken = true
			if err := r.store.Remove(ctx, entry.ID); err != nil {
				return false, fmt.Errorf("remove: %w", err)
			}
			if suspected != nil {
				if err := r.refused(ctx, suspected, reason); err != nil {
					return false, err
				}
				suspected, reason = nil, nil
			}
		case ctx.Err() != nil:
			return false, err
		case guilty:
			if err := r.refused(ctx, entry, err); err != nil {
				return false, err
			}
		case entry.Tries > 0 && len(entries) == 1:
			// Alone, it proves nothing, and must not make the next one wait.
		case suspected == nil && r.isSuspect(entry.ID):
			suspected, reason = entry, err
		default:
			return false, errors.Join(reason, err)
		}
	}

	return len(entries) == batch, reason
}

// isSuspect counts the rounds that end at an entry, and tells whether they are too
// many. Until then what is behind it waits: in order.
func (r *Relay) isSuspect(id int64) bool {
	if r.stuck.id != id {
		r.stuck = suspect{id: id}
	}
	r.stuck.rounds++

	return r.stuck.rounds > suspicion
}

// publish sends one message. A process that dies before it is removed leaves it to
// be sent again, with the same id, which a consumer knows.
func (r *Relay) publish(ctx context.Context, entry *Entry) error {
	if entry.Unreadable != nil {
		return fmt.Errorf("unreadable: %w", entry.Unreadable)
	}
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	if err := r.publisher.Publish(ctx, entry.Message); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	r.published.Add(1)

	return nil
}

// refused counts a failure that is the message's own.
func (r *Relay) refused(ctx context.Context, entry *Entry, reason error) error {
	why := messaging.Reason(reason)
	tries := entry.Tries + 1
	if entry.Unreadable == nil && tries < maxTries {
		r.failed.Add(1)
		r.logger.WarnContext(ctx, "outbox: message is refused, to be tried again",
			"entry", entry.ID, "message_id", entry.Message.ID, "tries", tries, "error", reason)

		return r.store.Fail(ctx, entry.ID, why, messaging.Backoff(tries))
	}
	if err := r.store.SetAside(ctx, entry.ID, why); err != nil {
		return err
	}
	r.setAside.Add(1)
	r.logger.ErrorContext(ctx, "outbox: message is set aside",
		"entry", entry.ID, "message_id", entry.Message.ID, "tries", tries, "error", reason)

	return nil
}
