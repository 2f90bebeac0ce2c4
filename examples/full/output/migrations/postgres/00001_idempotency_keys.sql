-- +goose Up
CREATE TABLE idempotency_keys (
  scope       text        COLLATE "C" NOT NULL,
  id          text        COLLATE "C" NOT NULL,
  fingerprint bytea       NOT NULL,
  answer      bytea       NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, id)
);

CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);

-- +goose Down
DROP TABLE idempotency_keys;
