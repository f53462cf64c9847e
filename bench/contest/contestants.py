"""Who takes part, and the command of each. A contestant is ready when all rows and the primary keys are there."""
import json
import shlex
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Callable, Dict, List, Optional

from contest.place import ACCOUNTS_DDL, wide_ddl

# With its own settings pgloader runs out of heap on this table; these are the ones with which it finishes and is
# fastest of those that were tried.
PGLOADER = """LOAD DATABASE
  FROM mysql://{user}:{maria_password}@127.0.0.1:{maria_port}/{source}
  INTO postgresql://postgres:{pg_password}@127.0.0.1:{pg_port}/{database}
  WITH workers = 2, concurrency = 1, batch rows = 5000, prefetch rows = 5000
  {only}
  ALTER SCHEMA '{source}' RENAME TO 'public';
"""
READER = "reader"  # can only read the database of many tables


@dataclass
class Contestant:
    name: str
    tables: str  # DDL of what must be there before; empty for those who make their tables themselves
    command: Optional[Callable]  # (place, database, folder) -> (argv, env)
    side: str = ""  # what sluice names the table it has filled
    parts: Dict[str, Callable] = field(default_factory=dict)  # the command's, where it is more than one: timed each
    after: Dict[str, Callable] = field(default_factory=dict)  # commands on its result, timed for themselves


def shell(text):
    return ["bash", "-o", "pipefail", "-ec", text], {}


def sluice_config(source, target, tables):
    return {"name": "bench", "operator": "bench", "source": source, "target": target,
            "tables": [{"source": table, "target": f"public.{table}", "mapping": {"same_names": True}} for table in tables],
            "allow": {"source_can_delete": {"reason": "a private server with generated rows", "person": "bench"}}}


class Sluice:
    def __init__(self, program, contest, tables, source_database="bench"):
        self.program, self.contest, self.tables, self.source_database = program, contest, tables, source_database

    def config(self, place, database, folder):
        if self.contest == "mariadb":
            source = f"mariadb:///{self.source_database}?defaults_file={place.maria_file}&group=client"
        else:
            source = place.pg_url("PG1", self.source_database)
        path = folder / f"{database}.json"
        path.write_text(json.dumps(sluice_config(source, place.pg_url("PG2", database), self.tables)))
        return path

    def copy(self, place, database, folder):
        return [self.program, "copy", "--config", str(self.config(place, database, folder))], {}

    def verify(self, place, database, folder):
        return [self.program, "verify", "--config", str(self.config(place, database, folder))], {}

    def verify_target(self, place, database, folder):
        return [self.program, "verify", "--target", "--config", str(self.config(place, database, folder))], {}


class WholeSluice(Sluice):
    """Moves all tables of a database: the config is what init writes."""

    def config(self, place, database, folder):
        return folder / f"{database}.json"

    def init(self, place, database, folder):
        path = self.config(place, database, folder)
        path.unlink(missing_ok=True)
        source = (f"mariadb:///{self.source_database}?socket={place.env['MARIA1_SOCKET']}&user={READER}"
                  if self.contest == "mariadb" else place.pg_url("PG1", self.source_database, READER))
        return [self.program, "init", "--source", source, "--target", place.pg_url("PG2", database), "--into", "public",
                "--out", str(path)], {}


def environment(place, server):
    return " ".join(f"{key}={shlex.quote(value)}" for key, value in place.pg_env(server).items())


def psql(place, server, database, sql):
    return f"{environment(place, server)} psql -X -q -v ON_ERROR_STOP=1 -d {database} -c {shlex.quote(sql)}"


def pipe(binary):
    """One stream a table, one table after the other, then the keys."""
    form = " (FORMAT binary)" if binary else ""

    def command(place, database, _folder):
        steps = []
        for table, key in (("crm", "id"), ("pgbench_accounts", "aid")):
            steps.append(psql(place, "PG1", "bench", f"COPY {table} TO STDOUT{form}") + " | " +
                         psql(place, "PG2", database, f"COPY {table} FROM STDIN{form}"))
            steps.append(psql(place, "PG2", database, f"ALTER TABLE {table} ADD PRIMARY KEY ({key})"))
        return shell("\n".join(steps))
    return command


def mariadb_pipe(place, database, _folder):
    """-B escapes as COPY reads it, but prints NULL as the word NULL: not safe for other data than this."""
    read = f"mariadb --defaults-file={shlex.quote(place.maria_file)} -q -B -N bench -e 'SELECT * FROM crm'"
    return shell(read + " | " + psql(place, "PG2", database, "COPY crm FROM STDIN (NULL 'NULL')") + "\n" +
                 psql(place, "PG2", database, "ALTER TABLE crm ADD PRIMARY KEY (id)"))


def dump_pipe(place, database, _folder):
    return shell(environment(place, "PG1") + " pg_dump --no-owner --no-acl -d many | " + environment(place, "PG2") +
                 f" psql -X -q -v ON_ERROR_STOP=1 -d {database} > /dev/null")


def pgloader(place, database, folder, source="bench", only="INCLUDING ONLY TABLE NAMES MATCHING 'crm'"):
    path = folder / f"{database}.load"
    path.touch(mode=0o600)
    path.write_text(PGLOADER.format(user=place.env["MARIA1_USER"], maria_password=place.password("MARIA1"),
                                    maria_port=place.env["MARIA1_PORT"], pg_password=place.password("PG2"),
                                    pg_port=place.env["PG2_PORT"], database=database, source=source, only=only))
    return ["pgloader", "--root-dir", str(folder / "pgloader"), str(path)], {}


def pgcopydb(place, database, folder, source="bench"):
    # A folder of its own for each run: in one that another run has left it does nothing but complain.
    work = Path(tempfile.mkdtemp(prefix=f"pgcopydb-{database}-", dir=folder)) / "work"
    return ["pgcopydb", "clone", "--table-jobs", "2", "--index-jobs", "2", "--no-owner", "--no-acl",
            "--skip-large-objects", "--dir", str(work), "--source", place.pg_url("PG1", source),
            "--target", place.pg_url("PG2", database)], {}


def contestants(contest, program) -> List[Contestant]:
    wide, bare_wide = wide_ddl(True), wide_ddl(False)
    if contest == "mariadb":
        sluice = Sluice(program, contest, ["crm"])
        after = {"sluice verify --target": sluice.verify_target}
        return [Contestant("sluice", wide, sluice.copy, "__side", after=after),
                Contestant("pgloader, small batches", "", pgloader),
                Contestant("mariadb -B, psql (unsafe NULL)", bare_wide, mariadb_pipe)]
    both = wide + ACCOUNTS_DDL.format(key=" PRIMARY KEY")
    bare = bare_wide + ACCOUNTS_DDL.format(key="")
    sluice = Sluice(program, contest, ["crm", "pgbench_accounts"])
    after = {"sluice verify --target": sluice.verify_target}
    return [Contestant("sluice", both, sluice.copy, "__side", after=after),
            Contestant("psql COPY, text", bare, pipe(False)),
            Contestant("psql COPY, binary", bare, pipe(True)),
            Contestant("pgcopydb, 2 jobs", "", pgcopydb)]


def whole_contestants(engine, program) -> List[Contestant]:
    """Of a database of many tables, into an empty one."""
    sluice = WholeSluice(program, engine, [], "many")
    own = Contestant("sluice", "", None, parts={"sluice init": sluice.init, "sluice copy": sluice.copy},
                     after={"sluice verify": sluice.verify, "sluice verify --target": sluice.verify_target})
    if engine == "mariadb":
        return [own, Contestant("pgloader, small batches", "", partial(pgloader, source="many", only=""))]
    return [own, Contestant("pgcopydb, 2 jobs", "", partial(pgcopydb, source="many")),
            Contestant("pg_dump, psql", "", dump_pipe)]
