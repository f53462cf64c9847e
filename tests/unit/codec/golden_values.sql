-- Golden vectors of every carrier's text and binary form. Made with PostgreSQL 15.20 by
--   psql -X -q -f golden_values.sql > golden_values.tsv
-- One line a value: carrier, the text that was read, the text that is printed, the binary form in hex; in COPY's text
-- format. The integration tests run this file against the server at hand and compare.
\set QUIET on
SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex';
SET extra_float_digits = 1; SET client_encoding = 'UTF8';

CREATE TEMP TABLE given (n int GENERATED ALWAYS AS IDENTITY, carrier text, v text);

INSERT INTO given (carrier, v) SELECT 'bool', unnest(ARRAY['t','f','true','false','yes','no','on','off','1','0']);
INSERT INTO given (carrier, v) SELECT 'int2', unnest(ARRAY['0','-1','32767','-32768','+7']);
INSERT INTO given (carrier, v) SELECT 'int4', unnest(ARRAY['0','-1','2147483647','-2147483648','1000000']);
INSERT INTO given (carrier, v) SELECT 'int8', unnest(ARRAY['0','-1','9223372036854775807','-9223372036854775808','81985529216486895']);
INSERT INTO given (carrier, v) SELECT 'oid', unnest(ARRAY['0','1','4294967295']);
INSERT INTO given (carrier, v) SELECT 'float4', unnest(ARRAY['0','-0','1','-1.5','0.1','3.4028235e38','1.17549435e-38','1e-45','123456','1234567','999999','1000000','0.0001','0.00001',
  '0.36640625','16777216','16777217','9.5367431640625e-07','NaN','Infinity','-inf','8388608.5','2.3509887e-38','5e9','1.5e-05']);
INSERT INTO given (carrier, v) SELECT 'float8', unnest(ARRAY['0','-0','1','-1.5','0.1','0.36640625','1.7976931348623157e308','2.2250738585072014e-308','5e-324','123456789012345','1234567890123456',
  '999999999999999','1e15','1e14','0.0001','0.00001','9007199254740993','9007199254740992','2.98023223876953125e-8','5.684341886080801e-14','5.684341886080802e-14','8.5899973e+09',
  '4.35e-05','NaN','infinity','-Infinity','3.141592653589793','1e100','1e-100','9.5367431640625e-07','1.4901161193847656e-08','4503599627370496.5','299792458','2e23','8.41e21','9.0e22','6.02214076e23']);
INSERT INTO given (carrier, v) SELECT 'numeric', unnest(ARRAY['0','0.00','-0.0','1','-1','10000','9999','1.10','1.1','0.0001','0.00001','0.1','12345.678900','99999999.99','-99999999.99','.5','5.','1e5','1.5e3','1E-5','0e10',
  '0e-5','1e40','1e-40','123456789012345678901234567890.123456789012345678901234567890','00012.50','+3','10000000','100000000','0.00000001','1234.5678','NaN','Infinity','-inf',
  '18446744073709551615','1e-300','9e200','-7e-3','1000000000000000000000000.0000000000000000000000001']);
INSERT INTO given (carrier, v) SELECT 'text', unnest(ARRAY['','a','O''Brien',E'Gr\u00fc\u00dfe, \u4e16\u754c \U0001f30d', E'tab\tand\nline', '  blanks  ', 'NULL', '\N']);
INSERT INTO given (carrier, v) SELECT 'bytea', unnest(ARRAY['\x','\x00','\xdeadBEEF','\x5c78']);
INSERT INTO given (carrier, v) SELECT 'date', unnest(ARRAY['2000-01-01','1970-01-01','1999-12-31','2024-02-29','0001-01-01','9999-12-31','5874897-12-31','0001-12-31 BC','4714-11-24 BC','0044-03-15 BC',
  'infinity','-infinity','1900-03-01','2100-02-28']);
INSERT INTO given (carrier, v) SELECT 'time', unnest(ARRAY['00:00:00','23:59:59.999999','24:00:00','12:34:56.7','01:02:03.000001']);
INSERT INTO given (carrier, v) SELECT 'timetz', unnest(ARRAY['00:00:00+00','23:59:59.999999-15:59:59','12:34:56.7+05:30','01:02:03-08','24:00:00Z']);
INSERT INTO given (carrier, v) SELECT 'timestamp', unnest(ARRAY['2000-01-01 00:00:00','1999-12-31 23:59:59.999999','1970-01-01T00:00:00','2038-01-19 03:14:07.5','0001-01-01 00:00:00','0044-03-15 12:00:00 BC',
  '4714-11-24 00:00:00 BC','294276-12-31 23:59:59.999999','infinity','-infinity','2024-02-29 12:00:00.120000']);
INSERT INTO given (carrier, v) SELECT 'timestamptz', unnest(ARRAY['2000-01-01 00:00:00+00','1999-12-31 23:59:59.999999+01','2024-06-30 12:00:00-07:30','2024-06-30 12:00:00','0044-03-15 12:00:00+00 BC',
  'infinity','-infinity','294276-12-31 23:59:59.999999Z','1901-01-01 00:00:00+05:53:28']);
INSERT INTO given (carrier, v) SELECT 'interval', unnest(ARRAY['00:00:00','1 year 2 mons 3 days 04:05:06.789','-1 years -2 mons +3 days -04:05:06','1 mon','-1 days','838:59:59','-838:59:59.5','1 day -00:00:00.000001',
  '-1 days +02:03:04','178000000 years','2147483647 days 2562047788:00:54.775807','-2147483648 days','-1 mons','1 year -1 days','00:00:00.5']);
INSERT INTO given (carrier, v) SELECT 'uuid', unnest(ARRAY['00000000-0000-0000-0000-000000000000','A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11','{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}','a0eebc999c0b4ef8bb6d6bb9bd380a11',
  'ffffffff-ffff-ffff-ffff-ffffffffffff']);
INSERT INTO given (carrier, v) SELECT 'json', unnest(ARRAY['{"b": 1,"a":[1, 2.50]}','"\u0000"','"\ud800"',' null ','1e400']);
INSERT INTO given (carrier, v) SELECT 'jsonb', unnest(ARRAY['{}','[]','null','true','""','1','-0','-0.0','1.10','1e2','1E+2','1.5e-3','1e-10','12345678901234567890.5','[1,2 , 3]','{"b":1,"a":2}','{"bb":1,"a":2,"c":3}',
  '{"a":{"z":[],"y":{}},"b":[{"q":1,"p":2}]}',E'{"\u00e9":1,"zz":2,"b":3}','{"":0,"a":1}','"\u00e9\u4e16\ud83c\udf0d"','"\b\f\n\r\t\"\\\/\u0001\u001f\u007f"','{"\n":1,"a":2,"\"":3}','{"aa":1,"\n":2,"\u0001":3,"b":4}',
  '{"k" : { "x" : [ 1 , { "d" : null } ] } }','[[[[[]]]]]','1000000000000000000000','0.1e1','10.0e-1','{"first_name":"A","id":1,"tags":["x","y"]}']);
INSERT INTO given (carrier, v) SELECT 'varbit', unnest(ARRAY['','0','1','10000001','101010101','1111111111111111']);
INSERT INTO given (carrier, v) SELECT 'inet', unnest(ARRAY['0.0.0.0','192.168.1.7','192.168.1.7/24','255.255.255.255/32','::','::1','2001:db8::1','2001:db8::1/64','::ffff:1.2.3.4','::1.2.3.4','fe80::1:0:0:1','1:0:0:2:0:0:0:3',
  '1:2:3:4:5:6:7:8','0:0:1::','1::','::5','::0.1.0.5','0:1:0:1:0:1:0:1','1:0:1:1:1:1:1:1']);
INSERT INTO given (carrier, v) SELECT 'cidr', unnest(ARRAY['10.0.0.0/8','192.168.1.7','192.168.1.7/32','0.0.0.0/0','2001:db8::/32','::/0','::1/128']);
INSERT INTO given (carrier, v) SELECT 'macaddr', unnest(ARRAY['08:00:2b:01:02:03','FF:ff:00:00:00:01']);
INSERT INTO given (carrier, v) SELECT 'macaddr8', unnest(ARRAY['08:00:2b:01:02:03:04:05']);

CREATE FUNCTION pg_temp.sent(carrier text, v text, OUT t text, OUT b bytea) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SELECT %1$L::%2$s::text, %3$s(%1$L::%2$s)', v, carrier,
    CASE carrier WHEN 'text' THEN 'textsend' WHEN 'bytea' THEN 'byteasend' WHEN 'bool' THEN 'boolsend' WHEN 'oid' THEN 'oidsend'
      WHEN 'int2' THEN 'int2send' WHEN 'int4' THEN 'int4send' WHEN 'int8' THEN 'int8send' WHEN 'float4' THEN 'float4send' WHEN 'float8' THEN 'float8send'
      ELSE carrier || '_send' END) INTO t, b;
END $$;

COPY (SELECT carrier, v, CASE WHEN carrier = 'bool' THEN left((s).t, 1) WHEN carrier = 'inet' AND (s).t LIKE '%/32' AND v NOT LIKE '%:%' THEN host(v::inet)
               WHEN carrier = 'inet' AND (s).t LIKE '%/128' THEN host(v::inet) ELSE (s).t END, encode((s).b, 'hex')
        FROM (SELECT n, carrier, v, pg_temp.sent(carrier, v) AS s FROM given) q ORDER BY n) TO STDOUT;
