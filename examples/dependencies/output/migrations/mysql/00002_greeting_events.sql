-- +goose Up
CREATE TABLE greeting_events (
  id          bigint AUTO_INCREMENT PRIMARY KEY,
  name        varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  happened_at datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  FOREIGN KEY (name) REFERENCES greetings (name)
) ENGINE = InnoDB;

-- +goose Down
DROP TABLE greeting_events;
