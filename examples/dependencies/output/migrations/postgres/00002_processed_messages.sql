-- +goose Up
-- The id is SHA-256 of the message's: WHERE id = sha256(convert_to('…', 'UTF8')).
CREATE TABLE processed_messages (
  consumer     text        COLLATE "C" NOT NULL,
  id           bytea       NOT NULL CHECK (length(id) = 32),
  processed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, id)
);

CREATE INDEX processed_messages_processed_at ON processed_messages (processed_at);

-- +goose Down
DROP TABLE processed_messages;
