"""The servers, the data and the answers of a bench: everything that is not timed."""
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The wide table as every contestant must have brought it: cast to the types of the source, since some make others of
# them. The hash is PostgreSQL's own, over values, not over their text.
WIDE = {"id": "bigint", "account_no": "integer", "region": "smallint", "visits": "integer", "score": "double precision",
        "credit": "numeric", "balance": "numeric", "born": "date", "created": "timestamp", "updated": "timestamp",
        "status": "text", "country": "text", "email": "text", "first_name": "text", "last_name": "text",
        "company": "text", "street": "text", "notes": "text", "tags": "text", "attributes": "jsonb"}
ACCOUNTS = {"aid": "integer", "bid": "integer", "abalance": "integer", "filler": "text"}
ACCOUNTS_DDL = ("CREATE TABLE pgbench_accounts (aid integer NOT NULL{key}, bid integer, abalance integer, filler char(84))"
                " WITH (fillfactor=100);")


class Failed(Exception):
    """What the user sees."""


def call(argv, env=None, stdin=None):
    done = subprocess.run([str(part) for part in argv], env={**os.environ, **(env or {})}, input=stdin, text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{argv[0]} failed with exit code {done.returncode}:\n{done.stderr.strip()[-2000:]}")
    return done.stdout.strip()


def wide_ddl(with_key):
    text = (ROOT / "bench/data/sql/wide.postgresql.sql").read_text()
    return text if with_key else text.replace(" PRIMARY KEY", "")


class Place:
    """Two PostgreSQL servers (pg1 source, pg2 target) and a MariaDB, in a folder that goes with this process."""

    def __init__(self, folder):
        self.folder = Path(folder)
        text = call([ROOT / "scripts/servers", "start", self.folder / "servers", "--postgres", 2, "--mariadb", 1,
                     "--profile", "bench", "--owner", os.getpid()])
        self.env = dict(line.split("=", 1) for line in text.splitlines())
        self.pg_pids = [int(self.env["PG1_PID"])]
        self.target_pids = [int(self.env["PG2_PID"])]
        self.maria_pids = [int(self.env["MARIA1_PID"])]
        self.maria_file = self.env["MARIA1_OPTION_FILE"]

    # --- how to reach them ---

    def pg_env(self, server):
        return {"PGHOST": self.env[f"{server}_SOCKET_DIR"], "PGPORT": self.env[f"{server}_PORT"],
                "PGUSER": self.env[f"{server}_USER"], "PGPASSFILE": self.env[f"{server}_PASSFILE"],
                "PGCONNECT_TIMEOUT": "10"}

    def pg_url(self, server, database, user=None):
        return (f"postgresql:///{database}?host={self.env[server + '_SOCKET_DIR']}&port={self.env[server + '_PORT']}"
                f"&user={user or self.env[server + '_USER']}")

    def password(self, server):
        if server == "MARIA1":
            lines = Path(self.maria_file).read_text().splitlines()
            return next(line.split("=", 1)[1] for line in lines if line.startswith("password="))
        return Path(self.env[f"{server}_PASSFILE"]).read_text().strip().rsplit(":", 1)[1]

    def sql(self, server, database, text):
        return call(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database], self.pg_env(server), text)

    def maria(self, text, database="bench"):
        return call(["mariadb", f"--defaults-file={self.maria_file}", "-N", "-B", database], stdin=text)

    # --- data ---

    def load_wide(self, engine, rows, database="bench"):
        server = {"mariadb": "MARIA1", "postgresql": "PG1"}[engine]
        call([ROOT / "scripts/demo_data", "wide", engine, server, "--rows", rows, "--database", database], self.env)

    def load_accounts(self, rows):
        call([ROOT / "scripts/demo_data", "accounts", "postgresql", "PG1", "--rows", rows], self.env)
        # Only the large table takes part.
        self.sql("PG1", "bench", "DROP TABLE pgbench_branches, pgbench_tellers, pgbench_history; VACUUM ANALYZE;")

    # --- before and after a run ---

    def fresh_target(self, name, tables):
        """A new database; `tables` are made empty, with their keys for those who bring them back themselves."""
        self.drop_target(name)
        self.sql("PG2", "postgres", f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        if tables:
            self.sql("PG2", name, tables)
        self.sql("PG2", name, "CHECKPOINT")

    def drop_target(self, name):
        self.sql("PG2", "postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def warm(self, contest):
        """A full scan: idle page cache may have been given back to the system."""
        if contest == "mariadb":
            self.maria("SELECT count(*), sum(length(notes)) FROM crm")
        else:
            self.sql("PG1", "bench", "SELECT count(*), sum(length(notes)) FROM crm;"
                                     "SELECT count(*), sum(abalance) FROM pgbench_accounts")

    def warm_target(self):
        """Writes the rows once and drops them: whoever came first would otherwise pay for a server's first use of its
        shared memory and for WAL files that all later ones find there, half as much again as the work itself."""
        self.fresh_target("warm_up", wide_ddl(False))
        reader = subprocess.Popen(["psql", "-X", "-q", "-d", "bench", "-c", "COPY crm TO STDOUT"],
                                  env={**os.environ, **self.pg_env("PG1")}, stdout=subprocess.PIPE)
        writer = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "warm_up", "-c", "COPY crm FROM STDIN"],
                                env={**os.environ, **self.pg_env("PG2")}, stdin=reader.stdout, check=False)
        if reader.wait() != 0 or writer.returncode != 0:
            raise Failed("the target could not be warmed up: psql failed, see above")
        self.drop_target("warm_up")

    def answers(self, server, database, tables, side=""):
        """{table: rows, and the sum of the hashes of all rows with all their columns} of {table: its columns}."""
        text = "SET TimeZone = 'UTC';"
        for table, columns in tables.items():
            cells = ", ".join(f"{name}::{kind}" for name, kind in columns.items())
            text += f"SELECT count(*), sum(hash_record_extended(ROW({cells}), 0)::numeric) FROM {table}{side};\n"
        return dict(zip(tables, self.sql(server, database, text).split("\n")))

    def key_of(self, database, table):
        """The primary key's columns: who has none has not finished."""
        return self.sql("PG2", database, "SELECT string_agg(a.attname, ',') FROM pg_index i JOIN pg_attribute a ON "
                                         "a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indisprimary "
                                         f"AND i.indrelid = '{table}'::regclass")
