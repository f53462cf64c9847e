"""How one run of a contestant is measured: wall time, CPU of the mover and of the servers, peak memory."""
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_SECONDS = 0.05  # VmHWM remembers one process's peak; of several it is what the samples see


@dataclass
class Run:
    """Times in seconds, memory in MiB."""
    wall: float
    mover_cpu: float
    source_cpu: float
    target_cpu: float
    other_cpu: float  # of everything else on the machine meanwhile: what makes a run doubtful
    peak_mib: float
    exit_code: int
    log: str


def stat_fields(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None


def parents():
    """{pid: parent} of all processes."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = stat_fields(entry)
            if fields:
                found[int(entry)] = int(fields[1])
    return found


def tree(root):
    children = {}
    for pid, parent in parents().items():
        children.setdefault(parent, []).append(pid)
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def server_cpu(pid):
    """Seconds that a server has used: itself, children that have ended, children that live."""
    total = 0
    for member in tree(pid):
        fields = stat_fields(member)
        if fields:
            own, ended = slice(11, 13), slice(13, 15)
            total += sum(map(int, fields[own])) + (sum(map(int, fields[ended])) if member == pid else 0)
    return total / TICKS


def machine_cpu():
    """Busy seconds of all cores since boot; iowait and stolen time are none of it."""
    user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8])
    return (user + nice + system + irq + softirq) / TICKS


def number_in(path, name):
    """Of a file of /proc with lines "name: number kB"; 0 where the process has ended."""
    try:
        for line in Path(path).read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def memory_kib(pids):
    """Of one process its own peak until now. Of several what they hold together now: their peaks would count twice what
    they share, and a mover that forks shares nearly everything."""
    if len(pids) == 1:
        return number_in(f"/proc/{pids[0]}/status", "VmHWM")
    return sum(number_in(f"/proc/{pid}/smaps_rollup", "Pss") for pid in pids)


class PeakMemory:
    """The most memory of a tree of processes."""

    def __init__(self, pid):
        self.kib = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(pid,), daemon=True)
        self._thread.start()

    def _watch(self, pid):
        while not self._stop.is_set():
            self.kib = max(self.kib, memory_kib(tree(pid)))
            self._stop.wait(SAMPLE_SECONDS)

    def stop(self):
        self._stop.set()
        self._thread.join()
        return self.kib / 1024


def together(runs):
    """One run of commands that came one after the other."""
    def total(name):
        return sum(getattr(run, name) for run in runs)
    return Run(*map(total, ("wall", "mover_cpu", "source_cpu", "target_cpu", "other_cpu")),
               max(run.peak_mib for run in runs), runs[-1].exit_code, runs[-1].log)


def measured(argv, env, log, source_pids, target_pids):
    """Runs a command to its end. Its output goes to `log`."""
    source, target = sum(map(server_cpu, source_pids)), sum(map(server_cpu, target_pids))
    machine = machine_cpu()
    begin = time.monotonic()
    with open(log, "wb") as out:
        # Not waited for by Popen: wait4 tells what the whole tree has used.
        process = subprocess.Popen(argv, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        peak = PeakMemory(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    peak_mib = peak.stop()
    mover = usage.ru_utime + usage.ru_stime
    source = sum(map(server_cpu, source_pids)) - source
    target = sum(map(server_cpu, target_pids)) - target
    other = max(0.0, machine_cpu() - machine - mover - source - target)
    return Run(wall, mover, source, target, other, peak_mib, process.returncode, str(log))
