"""A cutover of many tables, all of which have a live one in the target with rows that go."""
import json

from contest.place import Failed, call


class SwappedTables:
    """Tables of a ManyTables, in PostgreSQL on both sides: copied, verified, and cut over back and forth."""

    def __init__(self, place, many, program, folder):
        self.place, self.many, self.program = place, many, program
        self.config = folder / "swap.json"

    def sluice(self, verb, *more):
        return call([self.program, verb, "--config", self.config, *more], {"NO_COLOR": "1"})

    def load(self):
        """The live tables are the source's own, with their rows, and each third has a view on it."""
        self.place.sql("PG1", "postgres", "CREATE DATABASE swap TEMPLATE template0 ENCODING 'UTF8'")
        self.place.sql("PG1", "swap", "BEGIN;" + self.many.ddl("postgresql") + self.many.data + "COMMIT; VACUUM ANALYZE;")
        self.place.fresh_target("swap", "")
        views = "".join(f"CREATE VIEW v{table} AS SELECT id, name FROM {table};\n"
                        for number, table in enumerate(self.many.tables) if number % 3 == 0)
        self.place.sql("PG2", "swap", "BEGIN;" + self.many.ddl("postgresql") + self.many.data + views + "COMMIT; VACUUM ANALYZE;")
        tables = [{"source": f"public.{table}", "target": f"public.{table}", "mapping": {"same_names": True},
                   "existing_rows": "replace"} for table in self.many.tables]
        self.config.write_text(json.dumps(
            {"name": "bench", "operator": "bench", "source": self.place.pg_url("PG1", "swap"), "target": self.place.pg_url("PG2", "swap"), "tables": tables,
             "allow": {"source_can_delete": {"reason": "a private server with generated rows", "person": "bench"}}}))
        self.sluice("copy")
        self.sluice("verify")

    def hold(self, rounds):
        """Milliseconds that applications had to wait: [(cutover, rollback)]."""
        found = []
        for _ in range(rounds):
            times = [self.locked(self.sluice(verb, "--json")) for verb in ("cutover", "rollback")]
            self.sluice("verify")
            found.append(tuple(times))
        return found

    @staticmethod
    def locked(answer):
        result = json.loads(answer)
        if result["result"] != "done":
            raise Failed(f"{result['act']}: {result['result']}")
        return result["locked_ms"]
