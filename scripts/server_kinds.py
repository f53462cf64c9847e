"""One private server: how each kind is made, started, found ready and stopped. scripts/servers has the verbs."""
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 60  # A server with a full buffer pool writes it out before it ends.

# Commits survive kill -9 in both profiles (the kernel has them); only bench also survives losing power.
PG_SETTINGS = {
    "test": {
        "fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB", "max_connections": "100",
        "max_wal_size": "512MB", "checkpoint_timeout": "30min",
        "dynamic_shared_memory_type": "mmap",  # in the data folder: a killed server leaves nothing in /dev/shm
    },
    "bench": {
        "shared_buffers": "1GB", "max_wal_size": "8GB", "min_wal_size": "2GB", "checkpoint_timeout": "30min",
        "synchronous_commit": "off", "wal_buffers": "64MB", "maintenance_work_mem": "512MB", "autovacuum": "off",
        "jit": "off", "max_parallel_maintenance_workers": "2",
    },
}
MARIADB_SETTINGS = {
    "test": {
        "innodb_flush_log_at_trx_commit": "2", "innodb_log_file_size": "64M", "innodb_buffer_pool_size": "128M",
        "innodb_use_native_aio": "0",  # see initialise()
    },
    "bench": {
        "innodb_flush_log_at_trx_commit": "2", "innodb_log_file_size": "2G", "innodb_buffer_pool_size": "3G",
        "collation_server": "utf8mb4_bin",
    },
}
MYSQL_SETTINGS = {
    "test": {
        "innodb_flush_log_at_trx_commit": "2", "innodb_redo_log_capacity": "128M", "innodb_buffer_pool_size": "128M",
        "innodb_use_native_aio": "0", "cte_max_recursion_depth": "1000000",
    },
    "bench": {
        "innodb_flush_log_at_trx_commit": "2", "innodb_redo_log_capacity": "2G", "innodb_buffer_pool_size": "3G",
        "collation_server": "utf8mb4_bin",
    },
}
BINLOG = {"server_id": "1", "log_bin": "binlog", "sync_binlog": "0"}


class Failed(Exception):
    """What the user sees: one message, perhaps with the end of a log."""


# --- processes -----------------------------------------------------------------------------------

def server_user():
    """Name of the user that servers run as; None for the caller. PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def popen_identity():
    name = server_user()
    if not name:
        return {}
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}


def give(path):
    """Hands a path to the user that the servers run as."""
    if server_user():
        entry = pwd.getpwnam(server_user())
        os.chown(path, entry.pw_uid, entry.pw_gid)


def alive(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"  # a zombie has ended; only its parent has not looked


def wait_gone(pid, seconds):
    end = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def run_as_server(argv, cwd, log):
    with open(log, "ab") as out:
        done = subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False,
                              **popen_identity())
    if done.returncode != 0:
        raise Failed(f"{argv[0]} failed with exit code {done.returncode}{tail(log)}")


def tail(log, lines=15):
    try:
        text = Path(log).read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        return ""
    return "\n  end of " + str(log) + ":\n" + "\n".join("    " + line for line in text)


def write_private(path, text):
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def find_binary(name, hint):
    """`name` on the PATH, in sbin, or where Debian keeps PostgreSQL's servers (newest version first)."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -int(p.parent.name))
    places = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", *map(str, versions)]
    found = shutil.which(name, path=os.pathsep.join(places))
    if not found:
        raise Failed(f"cannot find {name}: install {hint}, or run scripts/setup")
    return os.path.realpath(found)


# --- one server ----------------------------------------------------------------------------------

class Server:
    """What both kinds share: a folder, a pid file, a port that stays the same over restarts."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.state_file = self.folder / "state.json"
        self.log = self.folder / "log"
        self.socket_dir = self.folder / "s"
        self.data = self.folder / "data"
        self.state = json.loads(self.state_file.read_text()) if self.state_file.exists() else {}

    def save(self):
        write_private(self.state_file.with_suffix(".new"), json.dumps(self.state, indent=1)).replace(self.state_file)

    def running(self):
        """True if the recorded pid is still this server and not a later process with the same number."""
        pid = self.state.get("pid")
        if not pid or not alive(pid):
            return False
        try:
            return str(self.data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False

    def create(self, options):
        if self.state:
            return
        if len(str(self.socket_dir / self.SOCKET_NAME)) > 100:  # sun_path holds 108 bytes
            raise Failed(f"{self.folder}: path too long for a unix socket, choose a shorter directory")
        for path in (self.folder, self.socket_dir):
            path.mkdir(mode=0o700, exist_ok=True)
            give(path)
        settings = dict(self.PROFILES[options.profile])
        settings.update(self.BINLOG if options.binlog else self.NO_BINLOG)
        settings.update(options.settings.get(self.name, {}))
        state = {"password": secrets.token_hex(16), "settings": settings}
        self.initialise(state)
        self.state = state
        self.save()

    def start(self):
        if self.running():
            return
        fresh = "port" not in self.state
        for attempt in range(3 if fresh else 1):
            if fresh:
                self.state["port"] = free_port()
            if self.try_start():
                break
            if not fresh or attempt == 2 or "in use" not in tail(self.log, 40).lower():
                raise Failed(f"{self.name} did not start{tail(self.log)}")
        if fresh:
            self.first_start()

    def try_start(self):
        self.clear_stale()
        with open(self.log, "ab") as out:
            process = subprocess.Popen(self.command(), cwd=self.data, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       start_new_session=True, **popen_identity())
        self.state["pid"] = process.pid
        self.save()
        end = time.monotonic() + START_SECONDS
        while process.poll() is None:
            if self.ready():
                return True
            if time.monotonic() > end:
                process.kill()
                process.wait()
                raise Failed(f"{self.name} was not ready after {START_SECONDS} s{tail(self.log)}")
            time.sleep(0.02)
        return False

    def stop(self):
        if not self.running():
            return
        pid = self.state["pid"]
        os.kill(pid, self.STOP_SIGNAL)
        if not wait_gone(pid, STOP_SECONDS):
            self.kill()

    def kill(self):
        if self.running():
            os.kill(self.state["pid"], signal.SIGKILL)
            wait_gone(self.state["pid"], 10)

    def clear_stale(self):
        pass

    def first_start(self):
        pass


class Postgres(Server):
    KIND = "postgres"
    PREFIX = "pg"
    PROFILES = PG_SETTINGS
    BINLOG = NO_BINLOG = {}
    SOCKET_NAME = ".s.PGSQL.65535.lock"
    STOP_SIGNAL = signal.SIGINT  # "fast": ends sessions, then a clean checkpoint

    def initialise(self, state):
        password_file = write_private(self.folder / "password", state["password"] + "\n")
        give(password_file)
        run_as_server([find_binary("initdb", "postgresql"), "-D", str(self.data), "-U", "postgres", "-E", "UTF8",
                       "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync",
                       f"--pwfile={password_file}"], self.folder, self.log)
        password_file.unlink()
        write_private(self.folder / "pgpass", f"*:*:*:postgres:{state['password']}\n")

    def command(self):
        fixed = {"listen_addresses": "127.0.0.1", "port": self.state["port"],
                 "unix_socket_directories": self.socket_dir, "cluster_name": self.name}
        argv = [find_binary("postgres", "postgresql"), "-D", str(self.data)]
        for key, value in {**self.state["settings"], **fixed}.items():
            argv += ["-c", f"{key}={value}"]
        return argv

    def lock_lines(self):
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def ready(self):
        lines = self.lock_lines()
        return len(lines) >= 8 and lines[7].strip() == "ready" and int(lines[0]) == self.state["pid"]

    def kill(self):
        """A killed postmaster leaves a segment of shared memory, which nobody else takes away, and a machine has room for
        4096. It goes when the last backend has ended. The seventh line of the lock file: key and id."""
        segment = self.lock_lines()[6:7] if self.running() else []
        super().kill()
        for key_and_id in segment:
            subprocess.run(["ipcrm", "-m", key_and_id.split()[-1]], check=False, stderr=subprocess.DEVNULL)

    def backends(self):
        mark = str(self.data)
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and alive(entry.name):
                try:
                    if os.readlink(entry / "cwd") == mark:
                        yield int(entry.name)
                except OSError:
                    continue

    def clear_stale(self):
        """Backends of a killed postmaster end by themselves, soon; only then may its lock files go. They must go,
        because a lock that names a pid which another process has by now stops the start."""
        end = time.monotonic() + 10
        while any(self.backends()):
            if time.monotonic() > end:
                raise Failed(f"{self.name}: processes of the killed server are still there: {list(self.backends())}")
            time.sleep(0.02)
        for path in (self.data / "postmaster.pid", *self.socket_dir.glob(".s.PGSQL.*")):
            path.unlink(missing_ok=True)

    def env(self):
        return {"SOCKET_DIR": self.socket_dir, "PORT": self.state["port"], "USER": "postgres",
                "PASSFILE": self.folder / "pgpass", "PID": self.state["pid"], "LOG": self.log}


class MysqlFamily(Server):
    """What MariaDB and MySQL share: most of it."""
    SOCKET_NAME = "mysqld.sock"
    STOP_SIGNAL = signal.SIGTERM

    def __init__(self, folder):
        super().__init__(folder)
        # Never a shared one: each server that starts removes all temporary tables that lie in its tmpdir, and
        # another server that uses one of them dies of it.
        self.tmp = self.folder / "tmp"

    def prepare_data(self):
        for path in (self.data, self.tmp):
            path.mkdir(mode=0o700, exist_ok=True)
            give(path)

    def socket_path(self):
        return self.socket_dir / self.SOCKET_NAME

    def command(self):
        fixed = {"datadir": self.data, "tmpdir": self.tmp, "socket": self.socket_path(), "port": self.state["port"],
                 "bind_address": "127.0.0.1", "pid_file": self.folder / "s" / "pid", "skip_name_resolve": "ON",
                 "max_allowed_packet": "64M", **self.FIXED}
        settings = {"character_set_server": "utf8mb4", **self.state["settings"], **fixed}
        return self.program() + [f"--{key.replace('_', '-')}={value}" for key, value in settings.items()]

    def ready(self):
        """The server greets a connection only once it can serve it."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self.socket_path()))
                return len(probe.recv(5)) == 5
            except OSError:
                return False

    def first_start(self):
        """One superuser with a password, however it connects, instead of root without one."""
        sql = "".join(f"CREATE USER sluice@'{host}' IDENTIFIED BY '{self.state['password']}';"
                      f"GRANT ALL ON *.* TO sluice@'{host}' WITH GRANT OPTION;"
                      for host in ("localhost", "127.0.0.1"))
        client = [find_binary("mariadb", "mariadb-client"), "--no-defaults", f"--socket={self.socket_path()}",
                  "--user=root", "--skip-password"]
        done = subprocess.run(client, input="SET SESSION sql_log_bin=0;" + sql + self.DROP_ROOT, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise Failed(f"{self.name}: cannot create its user: {done.stderr.strip()}")
        login = f"user=sluice\npassword={self.state['password']}\n"
        write_private(self.folder / "client.cnf",
                      f"[client]\n{login}socket={self.socket_path()}\n"
                      f"[client_tcp]\n{login}host=127.0.0.1\nport={self.state['port']}\nprotocol=tcp\n")

    def env(self):
        return {"SOCKET": self.socket_path(), "PORT": self.state["port"], "USER": "sluice",
                "OPTION_FILE": self.folder / "client.cnf", "PID": self.state["pid"], "LOG": self.log}


class Mariadb(MysqlFamily):
    KIND = "mariadb"
    PREFIX = "maria"
    PROFILES = MARIADB_SETTINGS
    BINLOG = {**BINLOG, "binlog_format": "ROW"}
    NO_BINLOG = {}
    FIXED = {}
    DROP_ROOT = "DELETE FROM mysql.global_priv WHERE User IN ('root', ''); FLUSH PRIVILEGES;"

    def initialise(self, state):
        self.prepare_data()
        run_as_server([find_binary("mariadb-install-db", "mariadb-server-core"), "--no-defaults",
                       f"--datadir={self.data}", f"--tmpdir={self.tmp}", "--skip-test-db", "--skip-name-resolve",
                       "--auth-root-authentication-method=normal",
                       # io_uring's memory is counted per user: many servers of one user run out of it.
                       "--innodb-use-native-aio=0",
                       f"--innodb_log_file_size={state['settings']['innodb_log_file_size']}"], self.data, self.log)

    def program(self):
        return [find_binary("mariadbd", "mariadb-server-core"), "--no-defaults"]


class NotHere(Failed):
    """Nobody has promised that there is such a server."""


def find_mysqld():
    """A MySQL server's program and version. MariaDB's packages have a mysqld too, which is not meant."""
    given = os.environ.get("SLUICE_MYSQLD")
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    program = shutil.which(given or "mysqld", path=places)
    said = program and subprocess.check_output([program, "--version"], text=True).strip()
    if said and " Ver " in said and "MariaDB" not in said:
        return program, said.partition(" Ver ")[2].split()[0]
    if given:
        raise Failed(f"SLUICE_MYSQLD={given} is no MySQL server" + (f": it says '{said}'" if said else ""))
    raise NotHere("no MySQL server here" + (f" ({program} says '{said}')" if said else "")
                  + ": set SLUICE_MYSQLD to a mysqld")


class Mysql(MysqlFamily):
    KIND = "mysql"
    PREFIX = "mysql"
    PROFILES = MYSQL_SETTINGS
    BINLOG = BINLOG
    NO_BINLOG = {"disable_log_bin": "ON"}  # it is on otherwise
    # No second protocol on a fixed port, no folder that only the distribution's package makes; and LOAD DATA LOCAL,
    # which MariaDB allows by itself, for scripts/demo_data.
    FIXED = {"mysqlx": "OFF", "secure_file_priv": "NULL", "local_infile": "ON"}
    DROP_ROOT = "DROP USER root@localhost;"

    def initialise(self, state):
        self.prepare_data()
        run_as_server(self.program() + ["--initialize-insecure", f"--datadir={self.data}", f"--tmpdir={self.tmp}",
                                        "--innodb-use-native-aio=0"], self.data, self.log)

    def program(self):
        return [find_mysqld()[0], "--no-defaults"]

    def env(self):
        # Made by the server itself, for no name that anybody connects to.
        return {**super().env(), "CA": self.data / "ca.pem"}


KINDS = (Postgres, Mariadb, Mysql)
