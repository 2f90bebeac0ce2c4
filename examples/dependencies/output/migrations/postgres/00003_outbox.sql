-- +goose Up
CREATE TABLE outbox (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The broker that it is for.
  destination text        NOT NULL,
  message     bytea       NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  -- Of a message that is refused by itself: how often, why, and when it is tried again.
  tries       int         NOT NULL DEFAULT 0,
  reason      text,
  due_at      timestamptz NOT NULL DEFAULT '-infinity',
  -- It is not tried any more. To have it published after all, set it to NULL again, and tries to 0.
  aside_at    timestamptz
);

-- What waits for one broker is found without reading what waits for another.
CREATE INDEX outbox_waiting ON outbox (destination, id) WHERE aside_at IS NULL;
CREATE INDEX outbox_aside ON outbox (destination, id) WHERE aside_at IS NOT NULL;

-- The one replica that publishes to a broker.
CREATE TABLE outbox_leader (
  destination text        PRIMARY KEY,
  holder      text        NOT NULL,
  until       timestamptz NOT NULL
);

-- +goose Down
DROP TABLE outbox_leader;
DROP TABLE outbox;
