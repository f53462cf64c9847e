-- Run in the folder that holds the files. The session keeps what a strict server would refuse: that is the data.
SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00', unique_checks = 0;
LOAD DATA LOCAL INFILE 'customers.tsv' INTO TABLE customers CHARACTER SET utf8mb4
  (id, customer_no, title, first_name, last_name, company, email, phone, street, zip, city, country, lang, status,
   plan, credit_limit, balance, first_order, birthday, contract_until, created, updated, last_contact, newsletter,
   vip, deleted, rating, tax_id, parent_id, attributes, origin, @avatar_sha1, notes)
  SET avatar_sha1 = UNHEX(@avatar_sha1);
LOAD DATA LOCAL INFILE 'orders.tsv' INTO TABLE orders CHARACTER SET utf8mb4;
LOAD DATA LOCAL INFILE 'order_items.tsv' INTO TABLE order_items CHARACTER SET utf8mb4;
LOAD DATA LOCAL INFILE 'refunds.tsv' INTO TABLE refunds CHARACTER SET utf8mb4;
LOAD DATA LOCAL INFILE 'invoices.tsv' INTO TABLE invoices CHARACTER SET utf8mb4;
LOAD DATA LOCAL INFILE 'events.tsv' INTO TABLE events CHARACTER SET utf8mb4;
LOAD DATA LOCAL INFILE 'sessions.tsv' INTO TABLE sessions CHARACTER SET utf8mb4;
ANALYZE TABLE customers, orders, order_items, refunds, invoices, events, sessions;
