#!/usr/bin/env python3
"""cadet and the linters that it takes the place of, on one branch of one project: CPU seconds and wall seconds, as Markdown.

    benches/against_linters.py --cadet target/debug/cadet --tools venv/bin --dbt venv/bin/dbt FOLDER

FOLDER is a project that benches/against_dbt.py's generator wrote, with `--git --changed K`, and the branch checked out.
yamllint and sqlfluff look at the files that the branch changed; dbt-bouncer looks at a manifest, which `dbt parse` writes
first. yamllint is also run on all files, beside `cadet check --all`. Each runs once, cadet three times.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from against_dbt import measure


def changed(folder: Path, endings: tuple[str, ...]) -> list[str]:
    command = ["git", "diff", "--name-only", "--diff-filter=AMR", "main...HEAD"]
    paths = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.split()
    return [path for path in paths if path.endswith(endings)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("cadet", "tools", "dbt"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    if shutil.which("git") is None:
        sys.exit("git is needed")
    cadet, tools, dbt = (str(path.absolute()) for path in (args.cadet, args.tools, args.dbt))
    yaml, sql = changed(args.folder, (".yml", ".yaml")), changed(args.folder, (".sql",))
    target = ["--target-path", "target"]
    rows = [
        (f"`yamllint`, {len(yaml)} changed files", [f"{tools}/yamllint", *yaml], 1),
        (f"`sqlfluff lint`, {len(sql)} changed files", [f"{tools}/sqlfluff", "lint", "--nocolor", *sql], 1),
        ("`dbt parse`, for the manifest", [dbt, "parse", "--no-partial-parse", *target], 1),
        ("`dbt-bouncer`", [f"{tools}/dbt-bouncer", "run", "--config-file", "dbt-bouncer.yml"], 1),
        (f"`cadet check`, {len(yaml) + len(sql)} changed files", [cadet, "check"], 3),
        ("`yamllint .`", [f"{tools}/yamllint", "."], 1),
        ("`cadet check --all`", [cadet, "check", "--all"], 3),
    ]
    print("| command | CPU s | wall s | MiB |\n|---|---|---|---|")
    for name, command, runs in rows:
        row = measure(name, command, args.folder, runs, ends=(0, 1))
        print(f"| {row.name} | {row.cpu:.1f} | {row.wall:.1f} | {row.mebibytes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
