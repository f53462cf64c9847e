"""A database of many small tables that moves whole, and what its copy must hold."""
import random

from contest.contestants import READER, dump_pipe
from contest.place import call

# As both engines read it, but for what a moment without a time zone is called, and where an index is made.
DDL = ("CREATE TABLE {table} (id int NOT NULL PRIMARY KEY, parent int, name varchar(60), email text, amount numeric(12,2),"
       " born date, made {moment}, flag smallint, note text, score double precision{more});\n")
FOREIGN_KEY = ", CONSTRAINT fk_{table} FOREIGN KEY (parent) REFERENCES {other} (id)"
INDEX = "CREATE INDEX ix_{table} ON {table} ({indexed});\n"
INDEX_WITHIN = ", INDEX ix_{table} ({indexed})"
COLUMNS = {"id": "integer", "parent": "integer", "name": "text", "email": "text", "amount": "numeric", "born": "date",
           "made": "timestamp", "flag": "smallint", "note": "text", "score": "double precision"}
MOST_ROWS = 200  # of one table; a table may be empty
NAMES = ("Anna", "Bj\u00f6rn", "Chlo\u00e9", "D''Arcy", "\u5c0f\u6797", "")
SEED = 1


class ManyTables:
    """Tables t0, t1, ...; each third has a foreign key to the one before it."""

    def __init__(self, place, count):
        self.place = place
        self.tables = {f"t{number}": COLUMNS for number in range(count)}
        chance = random.Random(SEED)
        self.sizes = [chance.randint(0, MOST_ROWS) for _ in self.tables]
        self.rows = sum(self.sizes)
        self.data = "".join(self.insert(chance, number) for number in range(count))
        self.expected = {}

    @staticmethod
    def has_parent(number):
        return number % 3 == 2

    def insert(self, chance, number):
        others = self.sizes[number - 1] if self.has_parent(number) else 0
        rows = ",".join(self.row(chance, key, others) for key in range(1, self.sizes[number] + 1))
        return f"INSERT INTO t{number} VALUES {rows};\n" if rows else ""

    @staticmethod
    def row(chance, key, others):
        born = f"{chance.randint(1900, 1999)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        cells = [chance.randint(1, others) if others else "NULL", f"'{chance.choice(NAMES)}'",
                 f"'u{key}@example.org'", chance.randint(-10**9, 10**9) / 100, f"'{born}'", f"'2021-02-03 04:05:{key % 60:02d}'",
                 chance.randint(-32768, 32767), f"'{'note ' * chance.randint(0, 12)}'", chance.random()]
        return f"({key},{','.join('NULL' if chance.random() < 0.1 else str(cell) for cell in cells)})"

    def ddl(self, engine):
        text = ""
        for number, table in enumerate(self.tables):
            key = FOREIGN_KEY.format(table=table, other=f"t{number - 1}") if self.has_parent(number) else ""
            indexed = "parent" if self.has_parent(number) else "name"
            if engine == "mariadb":
                more = INDEX_WITHIN.format(table=table, indexed=indexed) + key
                text += DDL.format(table=table, moment="datetime", more=more)
            else:
                text += DDL.format(table=table, moment="timestamp(0)", more=key)
                text += INDEX.format(table=table, indexed=indexed)
        return text

    def load(self):
        """PostgreSQL's copy of the data is the reference for all answers."""
        place = self.place
        place.sql("PG1", "postgres", f"CREATE DATABASE many TEMPLATE template0 ENCODING 'UTF8'; CREATE ROLE {READER} LOGIN;")
        place.sql("PG1", "many", f"BEGIN; {self.ddl('postgresql')} {self.data} COMMIT; VACUUM ANALYZE;"
                                 f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER};")
        # REFERENCES: MariaDB hides constraints and their rules from users who can only SELECT.
        place.maria(f"CREATE DATABASE many; CREATE USER {READER}@localhost; GRANT SELECT, REFERENCES, RELOAD,"
                    f" REPLICATION CLIENT ON *.* TO {READER}@localhost;", "mysql")
        place.maria(f"{self.ddl('mariadb')} START TRANSACTION; {self.data} COMMIT;", "many")
        self.expected = place.answers("PG1", "many", self.tables)

    def warm(self, engine):
        text = "".join(f"SELECT count(*), sum(length(note)) FROM {table};" for table in self.tables)
        if engine == "mariadb":
            self.place.maria(text, "many")
        else:
            self.place.sql("PG1", "many", text)

    def warm_target(self):
        self.place.fresh_target("warm_up", "")
        call(dump_pipe(self.place, "warm_up", None)[0])
        self.place.drop_target("warm_up")

    def wrong(self, database):
        """Nothing, or what is wrong with a copy."""
        answers = self.place.answers("PG2", database, self.tables)
        for table, answer in self.expected.items():
            if answers[table] != answer:
                return f"{table}: rows|hash are {answers[table]}, not {answer}"
        parts, expected = self.parts("PG2", database), self.parts("PG1", "many")
        return "" if parts == expected else f"primary keys|indexes|foreign keys are {parts}, not {expected}"

    def parts(self, server, database):
        return self.place.sql(server, database, """SELECT
            (SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND connamespace = 'public'::regnamespace),
            (SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
             WHERE NOT i.indisprimary AND i.indisvalid AND c.relnamespace = 'public'::regnamespace),
            (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated
             AND connamespace = 'public'::regnamespace)""")
