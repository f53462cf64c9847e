-- Run by psql in the folder that holds the files.
SET search_path = legacy_crm;
SET timezone = 'UTC';
SET client_encoding = 'UTF8';
\copy customers FROM 'customers.tsv'
\copy orders FROM 'orders.tsv'
\copy order_items FROM 'order_items.tsv'
\copy refunds FROM 'refunds.tsv'
\copy invoices FROM 'invoices.tsv'
\copy events FROM 'events.tsv'
\copy sessions FROM 'sessions.tsv'
SELECT setval(pg_get_serial_sequence('refunds', 'id'), (SELECT max(id) FROM refunds));
ANALYZE;
