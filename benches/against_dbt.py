#!/usr/bin/env python3
"""cadet and dbt on the same projects in one run: CPU seconds, wall seconds and peak memory, as Markdown.

    benches/against_dbt.py --cadet target/debug/cadet --floor target/debug/examples/floor --dbt venv/bin/dbt \\
        --generator make_project.py 100 1000 10000

For each size, the generator writes a project as a git repository in a temporary folder:

    make_project.py --models SIZE --out FOLDER --git --changed K

with the project on `main`, and on the branch checked out K models of it changed. On `main` dbt parses it; that manifest
is its state. On the branch dbt lists `state:modified+` against it, and cadet lists the same against the merge base. Both
must list the same. The floor is what nothing that reads the project can be faster than: benches/floor.rs.

dbt runs each command once, without partial parsing, as it does where there is no earlier run; the others run three times,
of which the one with the least CPU is shown. What matters are the ratios: the machine is the same for all.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

MODIFIED = ["--select", "state:modified+"]


@dataclass
class Row:
    """What one command took; `beside` is the command of dbt that does the same, or the nearest to it."""

    name: str
    cpu: float
    wall: float
    mebibytes: float
    output: str
    beside: "Row | None" = None


def measure(
    name: str, command: list[str], folder: Path, runs: int, beside: Row | None = None, ends: tuple[int, ...] = (0,)
) -> Row:
    """The run with the least CPU; `ends` are the exit codes of a command that did its work."""
    best: Row | None = None
    for _ in range(runs):
        with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
            start = time.monotonic()
            process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            taken = Row(name, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, out.read(), beside)
        # `check` ends with 1 when it found something, which is no failure here.
        if process.returncode not in ((0, 1) if "check" in command else ends):
            sys.exit(f"{' '.join(command)} failed in {folder}:\n{taken.output[-3000:]}")
        best = taken if best is None or taken.cpu < best.cpu else best
    assert best is not None
    return best


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def dbt_rows(dbt: str, project: Path, state: Path) -> tuple[Row, Row]:
    """dbt on `main`, whose manifest becomes the state, and then on the branch."""
    common = ["--no-partial-parse", "--profiles-dir", str(project)]
    git(project, "checkout", "--quiet", "main")
    parse = measure("dbt parse", [dbt, "parse", *common], project, 1)
    shutil.copytree(project / "target", state)
    git(project, "checkout", "--quiet", "-")
    command = [dbt, "--quiet", "ls", *common, *MODIFIED, "--state", str(state)]
    return parse, measure("dbt ls --select state:modified+ --state", command, project, 1)


def measure_size(options: argparse.Namespace, size: int, scratch: Path) -> list[Row]:
    project = scratch / "project"
    changed = ["--git", "--changed", str(options.changed)]
    generate = [sys.executable, str(options.generator), "--models", str(size), "--out", str(project), *changed]
    subprocess.run(generate, check=True, capture_output=True)

    floor = measure("the floor", [str(options.floor), str(project)], project, 3)
    rows = [floor]
    parse = modified = None
    if options.dbt:
        parse, modified = dbt_rows(str(options.dbt), project, scratch / "state")
        rows += [parse, modified]
    cadet = str(options.cadet)
    rows.append(measure("cadet ls", [cadet, "ls"], project, 3, parse))
    ours = measure("cadet ls --select state:modified+", [cadet, "ls", *MODIFIED, "--base", "main"], project, 3, modified)
    rows.append(ours)
    for name in ("check --all", "compile"):
        rows.append(measure(f"cadet {name}", [cadet, *name.split()], project, 3, parse))
    if modified and sorted(modified.output.split()) != sorted(ours.output.split()):
        differing = sorted(set(modified.output.splitlines()) ^ set(ours.output.splitlines()))
        sys.exit(f"dbt and cadet do not list the same at {size} models:\n" + "\n".join(differing[:20]))
    return rows


def times(ratio: float) -> str:
    return f"{ratio:.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×"


def table(size: int, rows: list[Row]) -> str:
    """`dbt takes` compares with dbt's own command, `of the floor` with the least there is."""
    floor = rows[0]
    lines = [
        f"### {size:,} models\n",
        "| command | CPU s | wall s | MiB | dbt takes: CPU | dbt takes: wall | of the floor: CPU |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [f"`{row.name}`" if row is not floor else row.name]
        cells += [f"{row.cpu:.2f}", f"{row.wall:.2f}", f"{row.mebibytes:.0f}"]
        cells += [times(row.beside.cpu / row.cpu), times(row.beside.wall / row.wall)] if row.beside else ["", ""]
        cells.append("" if row is floor else times(row.cpu / floor.cpu))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cadet", required=True, type=lambda path: Path(path).resolve())
    parser.add_argument("--floor", required=True, type=lambda path: Path(path).resolve())
    parser.add_argument("--dbt", type=lambda path: Path(path).absolute(), help="left out, dbt is not measured")
    parser.add_argument("--generator", required=True, type=lambda path: Path(path).resolve(), help="writes the projects")
    parser.add_argument("--changed", type=int, default=10, help="models that the branch changes [default: 10]")
    parser.add_argument("sizes", nargs="+", type=int, help="how many models")
    options = parser.parse_args()
    os.environ.update({"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_LOG_LEVEL_FILE": "none", "NO_COLOR": "1"})
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="against_dbt_") as folder:
            print(table(size, measure_size(options, size, Path(folder).resolve())), flush=True)


if __name__ == "__main__":
    main()
