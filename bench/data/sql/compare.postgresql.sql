-- What has arrived, computed by PostgreSQL alone: see compare.mariadb.sql.
-- The temporary table held (name, id) has the rows that were or are in quarantine: people decide about those.
SELECT 'customers', count(*), sum(('x' || left(md5(concat_ws('|', id, customer_no, full_name,
    coalesce(title, '~'), coalesce(company, '~'), coalesce(email, '~'), coalesce(phone, '~'),
    street, zip, city, country, language, status, plan, coalesce(credit_limit::text, '~'),
    coalesce(balance::text, '~'), coalesce(first_order_on::text, '~'), coalesce(birthday::text, '~'),
    coalesce(contract_until::text, '~'), created_at, coalesce(last_contact_at::text, '~'),
    coalesce(newsletter::text::char(1), '~'), vip::int, coalesce(tax_id, '~'), coalesce(merged_into::text, '~'), origin,
    coalesce(encode(avatar_sha1, 'hex'), '~'), notes)), 15))::bit(60)::bigint)
  FROM crm.customers__side WHERE id NOT IN (SELECT id FROM held WHERE name = 'customers')
UNION ALL
SELECT 'orders', count(*), sum(('x' || left(md5(concat_ws('|', id, customer_id, status, channel, total, shipping, currency,
    to_char(placed_at, 'YYYY-MM-DD HH24:MI:SS.MS'), coalesce(shipped_on::text, '~'), coalesce(comment, '~'))), 15))::bit(60)::bigint)
  FROM crm.orders__side WHERE id NOT IN (SELECT id FROM held WHERE name = 'orders')
UNION ALL
SELECT 'order_items', count(*), sum(('x' || left(md5(concat_ws('|', order_id, line_no, sku, product, quantity, unit_price,
    tax_rate, line_total)), 15))::bit(60)::bigint)
  FROM crm.order_items__side
UNION ALL
SELECT 'refunds', count(*), sum(('x' || left(md5(concat_ws('|', id, order_id, amount, coalesce(reason, '~'), refunded_at,
    approved_by)), 15))::bit(60)::bigint)
  FROM crm.refunds__side
UNION ALL
SELECT 'invoices', count(*), sum(('x' || left(md5(concat_ws('|', id, order_id, customer_id, number, net, tax, gross, currency,
    issued_on, due_on, coalesce(paid_at::text, '~'))), 15))::bit(60)::bigint)
  FROM crm.invoices__side
UNION ALL
SELECT 'audit_log', count(*), sum(('x' || left(md5(concat_ws('|', legacy_id, to_char(happened_at, 'YYYY-MM-DD HH24:MI:SS.US'),
    kind, subject, subject_id, actor)), 15))::bit(60)::bigint)
  FROM crm.audit_log__side;
