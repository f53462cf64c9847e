SET client_encoding = 'UTF8';
\copy crm FROM 'crm.tsv'
VACUUM (ANALYZE) crm;
