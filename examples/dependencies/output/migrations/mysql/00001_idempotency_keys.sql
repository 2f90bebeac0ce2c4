-- +goose Up
-- Bytes and not texts: no collation takes two keys for one.
CREATE TABLE idempotency_keys (
  scope       varbinary(200) NOT NULL,
  id          varbinary(200) NOT NULL,
  fingerprint binary(32)     NOT NULL,
  answer      mediumblob     NOT NULL,
  repeats     bigint         NOT NULL DEFAULT 0,
  created_at  datetime(6)    NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (scope, id),
  INDEX idempotency_keys_created_at (created_at)
) ENGINE = InnoDB;

-- +goose Down
DROP TABLE idempotency_keys;
