-- +goose Up
CREATE TABLE greetings (
  name    varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY,
  count   bigint NOT NULL,
  note    varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  version bigint NOT NULL DEFAULT 1
) ENGINE = InnoDB;

-- +goose Down
DROP TABLE greetings;
