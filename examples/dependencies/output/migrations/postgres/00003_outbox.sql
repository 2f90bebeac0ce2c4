-- +goose Up
CREATE TABLE outbox (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message    bytea       NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- The one replica that publishes.
CREATE TABLE outbox_leader (
  id     int         PRIMARY KEY,
  holder text        NOT NULL,
  until  timestamptz NOT NULL
);

-- +goose Down
DROP TABLE outbox_leader;
DROP TABLE outbox;
