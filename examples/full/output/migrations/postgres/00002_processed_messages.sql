-- +goose Up
CREATE TABLE processed_messages (
  id           text        COLLATE "C" PRIMARY KEY,
  processed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX processed_messages_processed_at ON processed_messages (processed_at);

-- +goose Down
DROP TABLE processed_messages;
