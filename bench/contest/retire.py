"""Deleting rows of a MariaDB that are elsewhere by now: sluice retire against pt-archiver.

Both write what they delete into files. sluice besides proves every row against the manifest, reads
the target again and reads back what it has archived; pt-archiver proves nothing.
"""
import json
import os
import secrets
import shutil

from contest.measure import measured
from contest.place import WIDE, Failed, call, wide_ddl

OPERATOR, SIGNER = "ada@corp", "grace@corp"
ACTS = ("plan", "cutover", "retire", "waiver", "policy", "continue")


class Retirement:
    def __init__(self, place, program, folder, rows):
        self.place, self.program, self.rows, self.folder = place, program, rows, folder / "retire"
        self.config, self.manifest = self.folder / "retire.json", self.folder / "retire.manifest"
        self.archive, self.approved = self.folder / "gone", self.folder / "gone.json"
        self.folder.mkdir(mode=0o700)
        self.expected = ""

    # --- what everybody needs ---

    def load(self):
        """The same rows in PostgreSQL, for the answers. The servers run as nobody, the keys are for nobody else."""
        self.place.load_wide("postgresql", self.rows, "retire_kept")
        self.expected = self.place.answers("PG1", "retire_kept", {"crm": WIDE})["crm"]
        call(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", SIGNER, "-f", self.folder / "key"])
        call(["ssh-keygen", "-q", "-k", "-f", self.folder / "revoked.krl", "/dev/null"])
        self.write_policy()

    def fresh_source(self):
        self.place.maria("DROP DATABASE IF EXISTS retire", "")
        self.place.load_wide("mariadb", self.rows, "retire")
        self.place.maria("SELECT count(*), sum(length(notes)) FROM crm", "retire")

    def left(self):
        return int(self.place.maria("SELECT count(*) FROM crm", "retire"))

    # --- sluice ---

    def write_policy(self):
        servers = [{"engine": "mariadb", "identity": self.place.maria("SELECT @@server_uid", ""), "label": "bench"},
                   {"engine": "postgresql", "label": "bench",
                    "identity": self.place.sql("PG2", "postgres", "SELECT system_identifier FROM pg_control_system()")}]
        policy = {
            "schema": "sluice.policy/1", "name": "bench", "version": 1,
            "people": [{"name": "Ada", "principal": OPERATOR, "role": "engineer", "contact": "room 1",
                        "os_users": [call(["id", "-un"])],
                        "database_roles": [self.place.env["MARIA1_USER"], "postgres", "remover"]},
                       {"name": "Grace", "principal": SIGNER, "role": "engineer", "contact": "room 2", "groups": ["technical"],
                        "keys": [{"public_key": (self.folder / "key.pub").read_text().strip()}]}],
            "caller": SIGNER, "operators": [OPERATOR], "servers": servers, "unsigned_labels": ["bench"],
            "acts": {act: {"groups": [{"group": "technical", "need": 1}]} for act in ACTS},
            "keep": {"first_day": 0, "last_day": 30}, "archive_days": 30, "revoked_keys": "revoked.krl"}
        (self.folder / "policy.json").write_text(json.dumps(policy))

    def sluice(self, verb, *more):
        return call([self.program, verb, "--config", self.config, *more], {"NO_COLOR": "1"})

    def write_config(self):
        source = f"mariadb:///retire?defaults_file={self.place.maria_file}&group=client"
        self.config.write_text(json.dumps({
            "name": "bench", "operator": OPERATOR, "policy": "policy.json", "source": source,
            "target": self.place.pg_url("PG2", "retire"),
            "tables": [{"source": "crm", "target": "public.crm", "mapping": {"same_names": True}}],
            "allow": {"source_can_delete": {"reason": "a private server with generated rows", "person": "bench"}}}))

    def create_remover(self):
        """The role that can delete: with the rights that sluice asks for, and no others."""
        password = secrets.token_hex(16)
        (self.folder / "remover.cnf").write_text(
            f"[client]\nuser=remover\npassword={password}\nsocket={self.place.env['MARIA1_SOCKET']}\n")
        (self.folder / "remover.cnf").chmod(0o600)
        self.place.maria("DROP USER IF EXISTS remover@localhost", "")
        grants = self.sluice("grants", "--side", "retire", "--retire-role", "remover", "--host", "localhost")
        self.place.maria(grants + f"\nALTER USER remover@localhost IDENTIFIED BY '{password}' ACCOUNT UNLOCK;\n", "")

    def retire_argv(self, *more):
        remover = f"mariadb:///retire?defaults_file={self.folder}/remover.cnf&group=client"
        return [self.program, "retire", "--config", self.config, "--manifest", self.manifest, "--retire-as", remover, *more]

    def until_approved(self):
        """Copied, proved and cut over; None of it is timed. These servers may do without signatures
        but for what deletes."""
        shutil.rmtree(self.archive, ignore_errors=True)
        for path in (self.approved, self.manifest, self.manifest.with_name("retire.manifest.proof")):
            path.unlink(missing_ok=True)
        self.place.fresh_target("retire", wide_ddl(True))
        self.write_config()
        self.sluice("copy")
        self.sluice("verify", "--manifest", self.manifest)
        # Without a binary log nobody can tell whether the source has moved.
        self.sluice("cutover", "--accept-moved-source")
        self.create_remover()
        call(self.retire_argv("--archive", self.archive, "--propose", self.approved), {"NO_COLOR": "1"})
        signature = call(["ssh-keygen", "-q", "-Y", "sign", "-f", self.folder / "key", "-n", "sluice-retire-v1@sluice.dev"],
                         stdin=self.approved.read_text())
        self.approved.with_name(f"{self.approved.name}.{SIGNER}.sig").write_text(signature + "\n")

    def archived(self):
        """What stock zstd and COPY find in the archive."""
        self.place.sql("PG1", "postgres", "DROP DATABASE IF EXISTS retire_gone WITH (FORCE)")
        self.place.sql("PG1", "postgres", "CREATE DATABASE retire_gone TEMPLATE template0 ENCODING 'UTF8'")
        ddl, = self.archive.glob("*.sql")
        self.place.sql("PG1", "retire_gone", ddl.read_text())
        table = self.place.sql("PG1", "retire_gone", "SELECT oid::regclass FROM pg_class WHERE relname = 'crm' AND relkind = 'r'")
        for data in sorted(self.archive.glob("*.copy.zst")):
            call(["bash", "-o", "pipefail", "-ec", 'zstd -dc "$0" | psql -X -q -v ON_ERROR_STOP=1 -d retire_gone '
                  f"-c 'COPY {table} FROM STDIN (FORMAT binary)'", data], self.place.pg_env("PG1"))
        return self.place.answers("PG1", "retire_gone", {str(table): WIDE})[str(table)]

    def retire(self, round_no):
        self.until_approved()
        run = self.timed("sluice", self.retire_argv("--approved", self.approved), round_no)
        answer = self.archived()
        if answer != self.expected:
            raise Failed(f"sluice's archive has rows|hash {answer}, not {self.expected}")
        return run

    # --- pt-archiver ---

    def pt_archiver(self, round_no, name, *more):
        file = self.folder / "pt-archiver.txt"
        file.unlink(missing_ok=True)
        source = f"F={self.place.maria_file},S={self.place.env['MARIA1_SOCKET']},D=retire,t=crm"
        # --no-safe-auto-increment: else it leaves the last row. Its own default is a transaction for each row.
        run = self.timed(name, ["pt-archiver", "--source", source, "--where", "1=1", "--charset", "utf8", "--no-check-charset", "--no-safe-auto-increment",
                                "--limit", "1000", "--commit-each", "--no-version-check", *more], round_no)
        return run

    def contestants(self):
        file = str(self.folder / "pt-archiver.txt")
        return {"sluice": self.retire,
                "pt-archiver --purge": lambda number: self.pt_archiver(number, "pt-archiver --purge", "--purge"),
                "pt-archiver --file": lambda number: self.pt_archiver(number, "pt-archiver --file", "--file", file),
                "pt-archiver --file --bulk-delete": lambda number: self.pt_archiver(
                    number, "pt-archiver --file --bulk-delete", "--file", file, "--bulk-delete")}

    def timed(self, name, argv, round_no):
        log = self.folder / f"{name}-{round_no}.log".replace(" ", "_")
        run = measured([str(part) for part in argv], {"NO_COLOR": "1"}, log, self.place.maria_pids, self.place.target_pids)
        if run.exit_code != 0:
            raise Failed(f"exit code {run.exit_code}\n{log.read_text(errors='replace').strip()[-1500:]}")
        if self.left() != 0:
            raise Failed(f"{self.left()} rows are still there")
        return run
