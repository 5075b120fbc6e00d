"""dbt itself, asked by the parity tests. Run by the Python of their virtual environment.

    oracle.py build PROJECT PROFILES SOURCE_DATA OUT EXCLUDE...   dbt deps, compile and build on DuckDB; OUT gets what it made
    oracle.py dump DATABASE OUT                                   every table of a DuckDB file, rows sorted
    oracle.py artefacts TARGET                                    dbt's own readers on manifest.json and run_results.json
    oracle.py dbt PROJECT PROFILES ARGUMENT...                    any dbt command
"""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import yaml

TYPES = {"string": "varchar", "int": "integer"}


def duckdb_type(athena):
    inner = re.fullmatch(r"array<(\w+)>", athena)
    return f"{duckdb_type(inner[1])}[]" if inner else TYPES.get(athena, athena)


def dbt(project, profiles, *args):
    command = [str(Path(sys.executable).parent / "dbt"), *args, "--project-dir", project, "--profiles-dir", profiles]
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(args)} failed:\n{done.stdout}\n{done.stderr}")


def load_sources(project, database, source_data):
    connection = duckdb.connect(database)
    for path in sorted(Path(project).glob("models/sources/*.yaml")):
        for source in yaml.safe_load(path.read_text())["sources"]:
            connection.execute(f'create schema if not exists "{source["name"]}"')
            for table in source["tables"]:
                columns = {c["name"]: duckdb_type(c["data_type"]) for c in table["columns"]}
                rows = csv.DictReader(open(Path(source_data) / source["name"] / f'{table["name"]}.csv'))
                name = f'"{source["name"]}"."{table["name"]}"'
                definition = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
                connection.execute(f"create table {name} ({definition})")
                marks = ", ".join(f"cast(? as {kind})" for kind in columns.values())
                for row in rows:
                    values = [row[column] if row[column] != "" else None for column in columns]
                    connection.execute(f"insert into {name} values ({marks})", values)
    connection.close()


def dump(database, out):
    connection = duckdb.connect(database, read_only=True)
    names = connection.execute(
        "select table_schema, table_name from information_schema.tables where table_schema not in ('main', 'information_schema')"
    ).fetchall()
    tables = {}
    for schema, table in names:
        rows = connection.execute(f'select * from "{schema}"."{table}"')
        columns = [column[0] for column in rows.description]
        tables[f"{schema}.{table}"] = {"columns": columns, "rows": sorted([[repr(v) for v in row] for row in rows.fetchall()])}
    Path(out).write_text(json.dumps(tables))


def build(project, profiles, source_data, out, *exclude):
    database = str(Path(out) / "awsdatacatalog.duckdb")
    load_sources(project, database, source_data)
    dbt(project, profiles, "deps")
    dbt(project, profiles, "compile")
    Path(out, "manifest.json").write_bytes(Path(project, "target", "manifest.json").read_bytes())
    dbt(project, profiles, "build", "--exclude", *exclude)
    dump(database, str(Path(out) / "tables.json"))


def artefacts(target):
    from dbt.artifacts.schemas.manifest import WritableManifest
    from dbt.artifacts.schemas.run import RunResultsArtifact

    manifest = WritableManifest.read_and_check_versions(str(Path(target, "manifest.json")))
    results = RunResultsArtifact.read_and_check_versions(str(Path(target, "run_results.json")))
    unknown = [result.unique_id for result in results.results if result.unique_id not in manifest.nodes]
    if unknown or not results.results:
        sys.exit(f"results that the manifest does not know: {unknown}")


if __name__ == "__main__":
    {"build": build, "dump": dump, "artefacts": artefacts, "dbt": dbt}[sys.argv[1]](*sys.argv[2:])
