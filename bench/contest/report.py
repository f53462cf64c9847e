"""Medians and ratios as Markdown."""
import dataclasses
import json
import os
import platform
import re
import statistics
import subprocess
from pathlib import Path
from typing import Optional


def median(runs, name):
    return statistics.median(getattr(run, name) for run in runs)


def spread(runs):
    walls = [run.wall for run in runs]
    return f"{median(runs, 'wall'):.1f} ({min(walls):.1f} to {max(walls):.1f})"


def contest_table(title, results, failed):
    """`results`: {contestant: [Run]}, sluice first."""
    lines = [f"### {title}", "", "| contestant | runs | wall s | x sluice | mover CPU s | source CPU s | target CPU s | peak MiB |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    own = median(results["sluice"], "wall") if results.get("sluice") else None
    for name, runs in results.items():
        if not runs:
            lines.append(f"| {name} | 0 | FAILED: {failed.get(name, '')} | | | | | |")
            continue
        ratio = f"{median(runs, 'wall') / own:.2f}" if own else ""
        figures = " | ".join(f"{median(runs, item):.1f}" for item in ("mover_cpu", "source_cpu", "target_cpu"))
        note = f", {failed[name]}" if name in failed else ""
        lines.append(f"| {name} | {len(runs)}{note} | {spread(runs)} | {ratio} | {figures} | {median(runs, 'peak_mib'):.0f} |")
    return "\n".join(lines) + "\n"


def doubtful(results):
    """Runs during which something else used more than a tenth of the machine."""
    cores = os.cpu_count() or 1
    found = []
    for name, runs in results.items():
        for number, run in enumerate(runs, 1):
            share = run.other_cpu / (run.wall * cores)
            if share > 0.1:
                found.append(f"{name} {number} ({share:.0%})")
    return ("Something else used more than a tenth of the machine during: " + ", ".join(found) + "\n") if found else ""


@dataclasses.dataclass
class Goal:
    label: str
    value: Optional[float]  # None where a contestant brought no result
    limit: float
    at_least: bool = False

    def met(self):
        return self.value is not None and (self.value >= self.limit if self.at_least else self.value <= self.limit)

    def line(self):
        value = "no result" if self.value is None else f"{self.value:.2f}"
        wanted = f"{'at least' if self.at_least else 'at most'} {self.limit:g}"
        return f"| {self.label} | {value} | {wanted} | {'met' if self.met() else 'NOT MET'} |"


def ratio(results, one, other):
    if results.get(one) and results.get(other):
        return median(results[one], "wall") / median(results[other], "wall")
    return None


def goals_of(all_results):
    """The goals of the contests that were held."""
    goals = []
    maria, postgres = all_results.get("mariadb"), all_results.get("postgresql")
    if maria is not None:
        goals.append(Goal("MariaDB to PostgreSQL: pgloader's time / sluice's",
                          ratio(maria, "pgloader, small batches", "sluice"), 3, at_least=True))
        goals.append(Goal("from MariaDB: verify --target / copy", ratio(maria, "sluice verify --target", "sluice"), 0.5))
    if postgres is not None:
        goals.append(Goal("PostgreSQL to PostgreSQL: sluice's time / pgcopydb's",
                          ratio(postgres, "sluice", "pgcopydb, 2 jobs"), 1))
        goals.append(Goal("from PostgreSQL: verify --target / copy",
                          ratio(postgres, "sluice verify --target", "sluice"), 0.5))
    for engine, source, other in (("mariadb", "MariaDB", "pgloader, small batches"),
                                  ("postgresql", "PostgreSQL", "pgcopydb, 2 jobs")):
        many = all_results.get(f"tables {engine}")
        if many is not None:
            copies = many.get("sluice copy")
            goals.append(Goal(f"many tables from {source}: copy, s", median(copies, "wall") if copies else None, 60))
            goals.append(Goal(f"many tables from {source}: {other.split(',')[0]}'s time / sluice's",
                              ratio(many, other, "sluice"), 1, at_least=True))
            goals.append(Goal(f"many tables from {source}: verify --target / copy",
                              ratio(many, "sluice verify --target", "sluice copy"), 0.5))
    peaks = [run.peak_mib for results in all_results.values() for name, runs in results.items()
             if name.startswith("sluice") for run in runs]
    if all_results:
        goals.append(Goal("peak memory of sluice in any run, MiB", max(peaks) if peaks else None, 192))
    retire = all_results.get("retire")
    if retire is not None:
        goals.append(Goal("retire: time of pt-archiver --purge / sluice's", ratio(retire, "pt-archiver --purge", "sluice"), 5,
                          at_least=True))
    memory = all_results.get("memory")
    if memory is not None:
        small, large = (median(runs, "peak_mib") if runs else None for runs in memory.values())
        goals.append(Goal("peak memory, all rows / a tenth of them", large / small if small and large else None, 1.1))
    return goals


def swap_table(tables, times):
    """`times`: [(cutover, rollback)] in milliseconds under locks."""
    lines = [f"### Cutover of {tables:,} tables", "", "| act | runs | ms under locks |", "| --- | --- | --- |"]
    for place, act in enumerate(("cutover", "rollback")):
        of_act = [pair[place] for pair in times]
        lines.append(f"| {act} | {len(of_act)} | {statistics.median(of_act):,.0f} ({min(of_act):,} to {max(of_act):,}) |")
    return "\n".join(lines) + "\n"


def swap_goals(times):
    return [Goal(f"{act} of 700 tables, ms under locks", statistics.median(pair[place] for pair in times), 1500)
            for place, act in enumerate(("cutover", "rollback"))] if times else []


def goals_table(goals):
    lines = ["### Goals", "", "| goal | measured | wanted | |", "| --- | --- | --- | --- |"]
    return "\n".join(lines + [goal.line() for goal in goals]) + "\n"


def first_line(*argv):
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip().split("\n")[0]
    except OSError:
        return f"{argv[0]}: not here"


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text()).group(1)) / 1048576
    return (f"{os.cpu_count()} cores ({cpu.group(1) if cpu else platform.machine()}), {memory:.0f} GiB, "
            f"Linux {platform.release()}, load average before: {os.getloadavg()[0]:.1f}")


def micro_table(text):
    """Google Benchmark's JSON."""
    lines = ["### Micro benches", "", "| bench | ns | GB/s | rows/s |", "| --- | --- | --- | --- |"]
    for item in json.loads(text)["benchmarks"]:
        if item.get("run_type") == "aggregate":
            continue
        scale = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[item["time_unit"]]
        speed = f"{item['bytes_per_second'] / 1e9:.2f}" if "bytes_per_second" in item else ""
        rows = f"{item['items_per_second']:,.0f}" if "items_per_second" in item else ""
        lines.append(f"| {item['name']} | {item['cpu_time'] * scale:,.0f} | {speed} | {rows} |")
    return "\n".join(lines) + "\n"
