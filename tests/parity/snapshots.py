"""Runs the snapshots of a project with dbt and with cadet, over one seed after another, and compares the histories.

Left out are the sums of rows, whose letters are large on Athena and small on DuckDB, and the times that are those of
the run.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

import duckdb

PROFILE = "p: {target: dev, outputs: {dev: {type: duckdb, path: dbt.duckdb, schema: main, threads: 1}}}\n"
SUMS = {"dbt_scd_id", "version_id"}


def histories(file, this_year):
    """The columns of each history, and its rows."""
    connection = duckdb.connect(str(file), read_only=True)
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables where table_name <> 'things'"
    ).fetchall()
    found = {}
    for schema, table in tables:
        cursor = connection.execute(f'select * from "{schema}"."{table}"')
        columns = [column[0] for column in cursor.description]

        def shown(name, value):
            if value is None:
                return None
            text = str(value)
            return "sum" if name in SUMS else "now" if text >= this_year and text[:2] == "20" else text

        rows = [tuple(map(shown, columns, row)) for row in cursor.fetchall()]
        found[table] = columns, sorted(rows, key=str)
    connection.close()
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=pathlib.Path)
    parser.add_argument("--cadet", required=True)
    args = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp())
    ours, theirs = folder / "cadet", folder / "dbt"
    for own in (ours, theirs):
        shutil.copytree(args.project, own)
        (own / "seeds").mkdir(exist_ok=True)
        (own / "profiles.yml").write_text(PROFILE)
    commands = (
        (theirs, [sys.executable, "-m", "dbt.cli.main", "--quiet", "build", "--full-refresh", "--profiles-dir", "."]),
        (ours, [args.cadet, "build", "--full-refresh", "--target", "local"]),
    )
    for step in sorted((args.project / "steps").glob("*.csv")):
        for own, command in commands:
            shutil.copy(step, own / "seeds" / "things.csv")
            ran = subprocess.run(command, cwd=own, capture_output=True, text=True)
            if ran.returncode:
                sys.exit(f"{command} at {step.name}:\n{ran.stdout}\n{ran.stderr}")
    want = histories(theirs / "dbt.duckdb", "2025")
    have = histories(ours / "target" / "cadet.duckdb", "2025")
    different = [name for name in sorted(want.keys() | have.keys()) if want.get(name) != have.get(name)]
    for name in different:
        print(f"{name}:\n  dbt:   {want.get(name)}\n  cadet: {have.get(name)}")
    shutil.rmtree(folder)
    sys.exit(1 if different or len(want) < 7 else 0)


main()
