-- The old CRM in MariaDB, as twenty years of hands left it. Loaded with sql_mode '' and ALLOW_INVALID_DATES.
-- Default collation on purpose: 'ACTIVE ' = 'active' for this server, for nobody else.
CREATE TABLE customers (
  id             INT UNSIGNED NOT NULL AUTO_INCREMENT,
  customer_no    VARCHAR(20) NOT NULL COMMENT 'printed on invoices; should be unique, is not',
  title          VARCHAR(20) NULL,
  first_name     VARCHAR(80) NULL COMMENT 'or a company',
  last_name      VARCHAR(80) NULL,
  company        VARCHAR(120) NULL,
  email          VARCHAR(190) NULL,
  phone          VARCHAR(60) NULL,
  street         VARCHAR(160) NOT NULL DEFAULT '',
  zip            VARCHAR(16) NOT NULL DEFAULT '',
  city           VARCHAR(120) NOT NULL DEFAULT '',
  country        CHAR(2) NOT NULL DEFAULT '',
  lang           VARCHAR(8) NOT NULL DEFAULT 'en',
  status         VARCHAR(20) NULL DEFAULT 'trial',
  plan           ENUM('free','basic','pro','enterprise') NOT NULL DEFAULT 'free',
  credit_limit   DECIMAL(12,2) NULL,
  balance        VARCHAR(24) NOT NULL DEFAULT '' COMMENT 'text: 1.234,50',
  first_order    VARCHAR(10) NOT NULL DEFAULT '' COMMENT 'text: dd.mm.yyyy',
  birthday       DATE NULL COMMENT '0000-00-00 means unknown',
  contract_until DATE NULL COMMENT '9999-12-31 means open end',
  created        DATETIME NOT NULL,
  updated        TIMESTAMP NULL DEFAULT NULL,
  last_contact   DATETIME NULL,
  newsletter     CHAR(1) NULL,
  vip            TINYINT(1) NOT NULL DEFAULT 0,
  deleted        TINYINT(1) NOT NULL DEFAULT 0,
  rating         DOUBLE NULL,
  tax_id         VARCHAR(40) NULL,
  parent_id      INT UNSIGNED NULL COMMENT 'merged into this customer',
  attributes     JSON NULL,
  origin         VARCHAR(120) CHARACTER SET latin1 NOT NULL DEFAULT '',
  avatar_sha1    BINARY(20) NULL,
  notes          MEDIUMTEXT NULL,
  PRIMARY KEY (id),
  KEY customer_no (customer_no),
  KEY email (email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE orders (
  id          BIGINT NOT NULL,
  customer_id INT UNSIGNED NOT NULL,
  status      VARCHAR(16) NOT NULL,
  channel     ENUM('web','phone','shop','partner') NOT NULL DEFAULT 'web',
  total       DECIMAL(12,2) NOT NULL,
  shipping    DECIMAL(8,2) NOT NULL DEFAULT 0,
  currency    CHAR(3) NOT NULL,
  placed_at   DATETIME(3) NOT NULL,
  shipped_on  DATE NULL,
  weight_kg   FLOAT NOT NULL DEFAULT 0,
  comment     VARCHAR(255) NULL,
  PRIMARY KEY (id),
  KEY customer_id (customer_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE order_items (
  order_id   BIGINT NOT NULL,
  line_no    SMALLINT UNSIGNED NOT NULL,
  sku        VARCHAR(40) NOT NULL,
  product    VARCHAR(200) NOT NULL,
  quantity   INT NOT NULL,
  unit_price DECIMAL(12,4) NOT NULL,
  tax_rate   DECIMAL(5,2) NOT NULL,
  line_total DECIMAL(12,2) NOT NULL,
  PRIMARY KEY (order_id, line_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE refunds (
  id          INT NOT NULL AUTO_INCREMENT,
  order_id    BIGINT NOT NULL,
  amount      DECIMAL(12,2) NOT NULL,
  reason      VARCHAR(120) NULL,
  refunded_at DATETIME NOT NULL,
  approved_by VARCHAR(60) NOT NULL,
  PRIMARY KEY (id),
  KEY order_id (order_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE invoices (
  uuid        CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id    BIGINT NOT NULL,
  customer_id INT UNSIGNED NOT NULL,
  number      VARCHAR(20) NOT NULL,
  net         DECIMAL(12,2) NOT NULL,
  tax         DECIMAL(12,2) NOT NULL,
  gross       DECIMAL(12,2) NOT NULL,
  currency    CHAR(3) NOT NULL,
  issued_on   DATE NOT NULL,
  due_on      DATE NOT NULL,
  paid_at     DATETIME NULL,
  PRIMARY KEY (uuid),
  UNIQUE KEY number (number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE events (
  id          BIGINT NOT NULL AUTO_INCREMENT,
  happened_at DATETIME(6) NOT NULL,
  kind        VARCHAR(20) NOT NULL,
  entity      VARCHAR(20) NOT NULL,
  entity_id   BIGINT NOT NULL,
  actor       VARCHAR(40) NOT NULL,
  detail      JSON NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE sessions (
  token       CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  customer_id INT UNSIGNED NOT NULL,
  expires_at  DATETIME NOT NULL,
  data        TEXT NOT NULL,
  PRIMARY KEY (token)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
