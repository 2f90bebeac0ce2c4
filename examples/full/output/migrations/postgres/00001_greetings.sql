-- +goose Up
CREATE TABLE greetings (
  name    text   COLLATE "C" PRIMARY KEY,
  count   bigint NOT NULL,
  note    text   NOT NULL DEFAULT '',
  version bigint NOT NULL DEFAULT 1
);

CREATE TABLE greeting_events (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name        text        COLLATE "C" NOT NULL REFERENCES greetings (name),
  happened_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE greeting_events;
DROP TABLE greetings;
