-- What should have arrived, computed by MariaDB alone: for each table the rows and the sum of a hash of each row, as the
-- mapping of configs/mariadb-to-postgresql.json means it. compare.postgresql.sql computes the same of what did arrive.
-- The temporary table held (name, id) has the rows that were or are in quarantine: people decide about those.
-- No code of sluice has a part in it. Left out: columns whose text form differs between the servers (float and double,
-- json), and the time zone of updated_at.
SELECT 'customers', count(*), sum(CAST(conv(left(md5(concat_ws('|', id, trim(customer_no),
    CASE
      WHEN trim(ifnull(last_name, '')) = '' AND first_name RLIKE ' (GmbH|AG|Ltd|Inc[.])$'
        THEN trim(regexp_replace(first_name, '[ \\t\\x{A0}]+', ' '))
      ELSE concat_ws(' ',
        nullif(trim(regexp_replace(trim(regexp_replace(first_name, '[ \\t\\x{A0}]+', ' ')),
          '^((dr|dr[.]|prof[.]|mr|mr[.]|mrs|mrs[.]|ms|ms[.]) )+', '')), ''),
        nullif(trim(regexp_replace(last_name, '[ \\t\\x{A0}]+', ' ')), ''))
    END,
    ifnull(title, '~'), ifnull(company, '~'), ifnull(nullif(trim(email), ''), '~'), ifnull(left(trim(phone), 20), '~'),
    street, zip, city, country, lang,
    CASE trim(status) WHEN 'active' THEN 'current' WHEN 'trial' THEN 'pending' WHEN 'suspended' THEN 'on_hold' ELSE trim(status) END,
    plan, ifnull(credit_limit, '~'),
    ifnull(nullif(replace(replace(trim(balance), '.', ''), ',', '.'), ''), '~'),
    CASE WHEN first_order IN ('', '00.00.0000') THEN '~'
      ELSE concat(substr(first_order, 7, 4), '-', substr(first_order, 4, 2), '-', left(first_order, 2)) END,
    CASE WHEN birthday IS NULL OR birthday = '0000-00-00' THEN '~' ELSE birthday END,
    ifnull(contract_until, '~'), created,
    CASE WHEN last_contact IS NULL OR last_contact = '0000-00-00 00:00:00' THEN '~' ELSE last_contact END,
    CASE WHEN newsletter IN ('Y', '1') THEN 't' WHEN newsletter IN ('N', '0') THEN 'f' ELSE '~' END,
    vip, ifnull(tax_id, '~'), ifnull(parent_id, '~'),
    IF(CAST(CONVERT(CAST(origin AS BINARY) USING utf8mb4) AS BINARY) = CAST(origin AS BINARY),
      CONVERT(CAST(origin AS BINARY) USING utf8mb4), CONVERT(origin USING utf8mb4)),
    ifnull(lower(hex(avatar_sha1)), '~'), ifnull(notes, ''))), 15), 16, 10) AS UNSIGNED))
  FROM customers WHERE deleted = 0 AND id NOT IN (SELECT id FROM held WHERE name = 'customers')
UNION ALL
SELECT 'orders', count(*), sum(CAST(conv(left(md5(concat_ws('|', id, customer_id,
    CASE status WHEN 'new' THEN 'open' ELSE status END, channel, total, shipping, currency, placed_at,
    ifnull(shipped_on, '~'), ifnull(comment, '~'))), 15), 16, 10) AS UNSIGNED))
  FROM orders WHERE id NOT IN (SELECT id FROM held WHERE name = 'orders')
UNION ALL
SELECT 'order_items', count(*), sum(CAST(conv(left(md5(concat_ws('|', order_id, line_no, sku, product, quantity, unit_price,
    tax_rate, line_total)), 15), 16, 10) AS UNSIGNED))
  FROM order_items
UNION ALL
SELECT 'refunds', count(*), sum(CAST(conv(left(md5(concat_ws('|', id, order_id, amount, ifnull(reason, '~'), refunded_at,
    approved_by)), 15), 16, 10) AS UNSIGNED))
  FROM refunds
UNION ALL
SELECT 'invoices', count(*), sum(CAST(conv(left(md5(concat_ws('|', lower(uuid), order_id, customer_id, number, net, tax, gross,
    currency, issued_on, due_on, ifnull(paid_at, '~'))), 15), 16, 10) AS UNSIGNED))
  FROM invoices
UNION ALL
SELECT 'audit_log', count(*), sum(CAST(conv(left(md5(concat_ws('|', id, happened_at, kind, entity, entity_id, actor)),
    15), 16, 10) AS UNSIGNED))
  FROM events WHERE kind <> 'heartbeat';
