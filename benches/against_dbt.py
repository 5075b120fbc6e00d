#!/usr/bin/env python3
"""cadet and dbt on the same projects in one run: CPU seconds, wall seconds and peak memory, as a Markdown table.

    benches/against_dbt.py --cadet target/debug/cadet --dbt venv/bin/dbt PROJECT...

Each command runs three times on a project (dbt once, without partial parsing); the best is shown. The figures that
matter are the ratios: the machine is the same for both.
"""

import argparse
import os
import subprocess
import time
from pathlib import Path


def measure(command, folder, runs):
    best = None
    for _ in range(runs):
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            raise SystemExit(f"{' '.join(command)} failed in {folder}")
        taken = (usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)
        best = taken if best is None or taken[0] < best[0] else best
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cadet", required=True, type=Path)
    parser.add_argument("--dbt", required=True, type=Path)
    parser.add_argument("projects", nargs="+", type=Path)
    arguments = parser.parse_args()
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    cadet, dbt = str(arguments.cadet.resolve()), str(arguments.dbt.absolute())
    print("| models | command | CPU s | wall s | MiB | dbt parse takes |")
    print("|---|---|---|---|---|---|")
    for project in arguments.projects:
        models = sum(1 for _ in (project / "models").rglob("*.sql"))
        parse = measure([dbt, "parse", "--no-partial-parse", "--profiles-dir", str(project)], project, 1)
        rows = [("dbt parse", parse)]
        for name in ("ls", "check --all", "compile"):
            rows.append((f"cadet {name}", measure([cadet, *name.split()], project, 3)))
        for name, (cpu, wall, memory) in rows:
            ratio = f"{parse[0] / cpu:.0f} × the CPU, {parse[1] / wall:.0f} × the wall time"
            print(f"| {models} | `{name}` | {cpu:.2f} | {wall:.2f} | {memory:.0f} | {'' if name == 'dbt parse' else ratio} |", flush=True)


if __name__ == "__main__":
    main()
