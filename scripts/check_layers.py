#!/usr/bin/env python3
"""Checks that the modules keep to the order that CMakeLists.txt states, and that each library stays in its module.

The sluice_module(name uses...) lines are the only statement of the order; this script holds none of its own.
Prints file:line: message for each fault, exit code 1 if there is one. `check_layers.py --self-test` checks the check.
"""
import re
import sys
import tempfile
from pathlib import Path

# Who may include what of other people's libraries; tests are free.
ONLY_IN = [
    (r"(pqxx/|libpq-fe\.h|libpq/|postgres_ext\.h|mysql\.h|mysql/|mysqld_error\.h|errmsg\.h|ma_\w+\.h|mysql_\w+\.h"
     r"|mariadb/|cppconn/)", "db", "database drivers"),
    (r"(tbb/|oneapi/)", "pipeline", "oneTBB"),
    (r"simdjson", "codec", "simdjson"),
    (r"(zstd|zstd_errors|zdict)\.h", "archive", "zstd"),
    (r"CLI/", "cli", "CLI11"),
]
PRINTING = re.compile(r"\bstd::(cout|cerr|clog)\b|\bfmt::(print|println)\s*\(|\b(std::)?(printf|puts|putchar|vprintf)\s*\("
                      r"|\bstd::print(ln)?\s*\(|\bfprintf\s*\(\s*std(out|err)\b|#include\s*<iostream>")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
MODULE_LINE = re.compile(r"^sluice_module\(([^)]*)\)", re.M)


def read_modules(cmake, faults):
    """{module: modules it may use}, in the order of the lines."""
    modules = {}
    for match in MODULE_LINE.finditer(cmake.read_text()):
        name, *uses = match.group(1).split()
        line = cmake.read_text()[: match.start()].count("\n") + 1
        for used in uses:
            if used not in modules:
                faults.append(f"{cmake}:{line}: {name} uses {used}, which is not defined above it")
        modules[name] = set(uses)
    if not modules:
        faults.append(f"{cmake}:1: no sluice_module(...) line found")
    return modules


def without_comments_and_strings(text):
    """Blanks what is not code; keeps the lines, and the names of included files."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))

    return "\n".join(old if INCLUDE.match(old) else new
                     for old, new in zip(text.split("\n"), pattern.sub(blank, text).split("\n")))


def module_of(path, root):
    """The module a file belongs to, or None. include/sluice/<module>/..., src/<module>/..."""
    parts = path.relative_to(root).parts
    if parts[0] == "src":
        return parts[1] if len(parts) > 2 else None
    return parts[2] if len(parts) > 3 else None


def target_of(included, root):
    """The module that a quoted #include reaches into, or None."""
    parts = included.split("/")
    if parts[0] == "sluice" and len(parts) > 2:
        return parts[1]
    if len(parts) > 1 and (root / "src" / parts[0]).is_dir():
        return parts[0]
    return None


def check_include(path, bracket, included, module, modules, root):
    if bracket == '"':
        if (path.parent / included).is_file() and ".." not in included.split("/"):
            return None  # beside or below the file itself
        target = target_of(included, root)
        if target and target != module:
            if not included.startswith("sluice/"):
                return f"{included} is private to {target}"
            if target not in modules:
                return f"{target} has no sluice_module line in CMakeLists.txt"
            if target not in modules[module]:
                return f"{module} may not include {target}"
        if ".." in included.split("/"):
            return "no .. in an #include"
    for pattern, only, what in ONLY_IN:
        if re.match(pattern, included) and module != only:
            return f"{what} ({included}) only in src/{only}"
        if re.match(pattern, included) and bracket == '"':
            return f"{included}: other people's headers in angle brackets"
    return None


def check_file(path, root, modules, faults):
    module = module_of(path, root)
    if module not in modules:
        faults.append(f"{path}:1: not in the folder of a module (sluice_module lines of CMakeLists.txt)")
        return
    text = without_comments_and_strings(path.read_text(encoding="utf-8"))
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        message = check_include(path, match.group(1), match.group(2), module, modules, root) if match else None
        if message:
            faults.append(f"{path}:{number}: {message}")
        if module != "cli" and PRINTING.search(line):
            faults.append(f"{path}:{number}: only src/cli prints")


def check(root):
    faults = []
    modules = read_modules(root / "CMakeLists.txt", faults)
    for base in ("include/sluice", "src"):
        for path in sorted((root / base).rglob("*")):
            if path.suffix in (".h", ".cc"):
                check_file(path, root, modules, faults)
    return faults


# --- the check of the check ----------------------------------------------------------------------

GOOD = {
    "CMakeLists.txt": "sluice_module(model)\nsluice_module(db model)\nsluice_module(copy model db)\nsluice_module(cli copy)\n",
    "include/sluice/model/a.h": "#include <string>\n",
    "src/db/pg.cc": '#include <libpq-fe.h>\n#include "db/pg.h"\n#include "sluice/model/a.h"\n// std::cout in a comment\n',
    "src/copy/x.cc": '#include "sluice/db/s.h"\nconst char* text = "std::cout << printf(";\nsnprintf(buffer, 3, "x");\n',
    "src/cli/main.cc": "#include <iostream>\nstd::cout << 1;\n",
    "src/db/mysql/mysql.h": "#pragma once\n",
    "src/db/open.cc": '#include "mysql/mysql.h"\n',
}
BAD = [  # one file added or replaced, and what must be said
    ("src/db/up.cc", '#include "sluice/copy/x.h"\n', "src/db/up.cc:1: db may not include copy"),
    ("src/copy/y.cc", '\n#include "db/pg.h"\n', "src/copy/y.cc:2: db/pg.h is private to db"),
    ("src/copy/z.cc", "#include <pqxx/pqxx>\n", "src/copy/z.cc:1: database drivers (pqxx/pqxx) only in src/db"),
    ("src/copy/t.cc", "#include <tbb/flow_graph.h>\n", "oneTBB (tbb/flow_graph.h) only in src/pipeline"),
    ("include/sluice/copy/j.h", "#include <simdjson.h>\n", "simdjson (simdjson.h) only in src/codec"),
    ("src/copy/p.cc", 'void f() { fmt::print("x"); }\n', "src/copy/p.cc:1: only src/cli prints"),
    ("src/copy/q.cc", 'std::fprintf(stderr, "x");\n', "src/copy/q.cc:1: only src/cli prints"),
    ("src/lost/a.cc", "\n", "not in the folder of a module"),
    ("src/copy/n.cc", '#include "sluice/none/a.h"\n', "none has no sluice_module line"),
    ("CMakeLists.txt", "sluice_module(db model)\nsluice_module(model)\nsluice_module(copy)\nsluice_module(cli)\n",
     "CMakeLists.txt:1: db uses model, which is not defined above it"),
]


def faults_of(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return [fault.replace(folder + "/", "") for fault in check(Path(folder))]


def self_test():
    wrong = [f"finds a fault where there is none: {fault}" for fault in faults_of(GOOD)]
    for name, text, expected in BAD:
        found = faults_of({**GOOD, name: text})
        if not any(expected in fault for fault in found):
            wrong.append(f"{name}: expected '{expected}', found {found}")
    return wrong


def main():
    if sys.argv[1:] == ["--self-test"]:
        faults = self_test()
    else:
        root = Path(__file__).resolve().parent.parent
        faults = [fault.replace(str(root) + "/", "") for fault in check(root)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
