-- +goose Up
CREATE TABLE greetings (
  id         text        COLLATE "C" PRIMARY KEY,
  name       text        NOT NULL,
  message    text        NOT NULL,
  version    bigint      NOT NULL,
  created_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE greetings;
