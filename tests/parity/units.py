"""Runs the unit tests of a project with dbt and with cadet: the same results, and the same SQL, byte by byte.

    units.py PROJECT --cadet PATH

Once on DuckDB, where dbt builds the project and runs the tests, and once on Athena, where nothing answers dbt but the
columns of tables that DuckDB has: there only the SQL is compared.
"""

import argparse
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

ENVIRONMENT = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1", "DBT_USE_COLORS": "false", "NO_COLOR": "1"}

DUCKDB = "parity:\n  target: dev\n  outputs:\n    dev: {{type: duckdb, path: '{path}', schema: mojap, threads: 1}}\n"

# What the sources hold: nothing. The columns are those of the property file.
SOURCES = """
create schema raw;
create table raw.orders(id bigint, person int, amount decimal(10, 2), placed_at timestamp, note varchar);
create table raw.parcels_v2(order_id bigint, weight double);
"""

# Unit tests that differ on purpose, each with the reason.
EXPLAINED = {
    "columns_in_another_order": "dbt compares the columns of a row by their place, cadet by their name",
}

# Unit tests with values that do not fit: cadet tells before there is any SQL.
REFUSED = re.compile(r"/does_not_fit\.sql$")

# Statements that need a warehouse, and the table of a model's columns, which the materialization makes first.
STUBS = """
{% macro get_create_table_as_sql(temporary, relation, sql) %}select 1{% endmacro %}
{% macro make_temp_relation(base, suffix) %}{{ return(base.incorporate(path={'identifier': 'made_' ~ model.name})) }}{% endmacro %}
{% macro get_columns_in_query(sql) %}
  {{ return(adapter.get_columns_in_relation(this.incorporate(path={'identifier': 'made_' ~ model.name})) | map(attribute='name') | list) }}
{% endmacro %}
"""


def dbt(*args: str):
    from dbt.cli.main import dbtRunner

    with contextlib.redirect_stdout(io.StringIO()) as said:
        done = dbtRunner().invoke(list(args))
    if done.exception:
        sys.exit(f"dbt {' '.join(args)}: {done.exception}\n{said.getvalue()}")


def copy(project: Path, to: Path) -> Path:
    shutil.copytree(project, to, ignore=shutil.ignore_patterns("target", "logs"))
    return to


def cadet(binary: str, project: Path) -> None:
    done = subprocess.run([binary, "test", "--select", "test_type:unit"], cwd=project, capture_output=True, text=True, env={"HOME": str(project)})
    if done.returncode not in (0, 1):
        sys.exit(f"cadet test: {done.returncode}\n{done.stdout}{done.stderr}")


def sql(project: Path) -> dict[str, bytes]:
    """What was compiled and run, without the inputs, which dbt writes over one another."""
    target = project / "target"
    found = [path for part in ("compiled", "run") for path in (target / part).glob("*/models/**/models/**/*.sql")]
    return {str(path.relative_to(target)): path.read_bytes() for path in found if ".yml/" in str(path)}


def results(project: Path) -> dict[str, str]:
    found = json.loads((project / "target/run_results.json").read_text())["results"]
    return {result["unique_id"]: result["status"] for result in found}


def glue(duckdb_type: str) -> str:
    """A type as Glue has it."""
    known = {"INTEGER": "int", "VARCHAR": "string", "HUGEINT": "bigint", '"NULL"': "int", "FLOAT": "float"}
    return known.get(duckdb_type, duckdb_type.lower())


def athena(project: Path, columns: dict[str, list]) -> None:
    """Lets dbt run the unit tests with dbt-athena, and nothing behind it."""
    import agate
    from dbt.adapters.athena import connections, impl
    from dbt.adapters.athena.column import AthenaColumn
    from dbt.adapters.athena.connections import AthenaAdapterResponse

    def opened(connection):
        connection.state, connection.handle = "open", mock.MagicMock()
        return connection

    def execute(self, sql, auto_begin=False, fetch=False, limit=None):
        return AthenaAdapterResponse(_message="OK"), agate.Table([], column_names=["actual_or_expected"])

    answers = {
        "get_columns_in_relation": lambda self, relation: [AthenaColumn(*column) for column in columns.get(relation.identifier, [])],
        "execute": execute,
        "drop_relation": lambda self, relation: None,
        "list_relations_without_caching": lambda self, relation: [],
        "set_relations_cache": lambda self, *args, **kwargs: None,
    }
    with contextlib.ExitStack() as stack:
        for name, answer in answers.items():
            stack.enter_context(mock.patch.object(impl.AthenaAdapter, name, answer))
        stack.enter_context(mock.patch.object(connections.AthenaConnectionManager, "open", opened))
        dbt("test", "--select", "test_type:unit", "--project-dir", str(project), "--profiles-dir", str(project))


def first_difference(theirs, ours) -> str:
    """The first line that differs, of SQL, or both values."""
    if not (isinstance(theirs, bytes) and isinstance(ours, bytes)):
        return f"dbt {theirs!r:.80}, cadet {ours!r:.80}"
    lines = zip(theirs.splitlines() + [b"(end)"], ours.splitlines() + [b"(end)"])
    return next((f"line {at}\n  dbt   {a!r}\n  cadet {b!r}" for at, (a, b) in enumerate(lines, 1) if a != b), "line ends")


def compared(where: str, theirs: dict, ours: dict, differences: list[str]) -> int:
    for name in sorted(theirs.keys() | ours.keys()):
        explained = REFUSED.search(name) or any(re.search(rf"[./]{known}(_v\d+)?(\.sql)?$", name) for known in EXPLAINED)
        if theirs.get(name) != ours.get(name) and not explained:
            differences.append(f"{where} {name}: {first_difference(theirs.get(name), ours.get(name))}")
    return len(theirs)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("project", type=Path)
    arguments.add_argument("--cadet", required=True)
    given = arguments.parse_args()
    os.environ.update(ENVIRONMENT)
    os.environ.update({"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "eu-west-1"})
    import duckdb

    differences: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        theirs, ours = (copy(given.project, Path(folder) / name) for name in ("theirs", "ours"))
        for project in (theirs, ours):
            (project / "profiles.yml").write_text(DUCKDB.format(path=project / "units.duckdb"))
        with duckdb.connect(str(theirs / "units.duckdb")) as connection:
            connection.execute(SOURCES)
        place = ["--project-dir", str(theirs), "--profiles-dir", str(theirs)]
        for command in (["seed"], ["run"], ["test", "--select", "test_type:unit"]):
            dbt(*command, *place)
        cadet(given.cadet, ours)
        count = compared("duckdb", results(theirs), results(ours), differences)
        count += compared("duckdb", sql(theirs), sql(ours), differences)
        # What dbt would read from Glue: the tables, and what the model of each unit test selects.
        columns: dict[str, list] = {}
        with duckdb.connect(str(theirs / "units.duckdb")) as connection:
            tables = connection.execute("select table_name, column_name, data_type from information_schema.columns order by ordinal_position")
            for table, name, data_type in tables.fetchall():
                columns.setdefault(table, []).append((name, glue(data_type)))
            for path, text in sql(theirs).items():
                if path.startswith("compiled"):
                    described = connection.execute(f"describe ({text.decode()})").fetchall()
                    columns[f"made_{Path(path).stem}"] = [(name, glue(data_type)) for name, data_type, *_ in described]
        theirs, ours = (copy(given.project, Path(folder) / f"{name}_athena") for name in ("theirs", "ours"))
        (theirs / "macros/stubs.sql").write_text(STUBS)
        athena(theirs, columns)
        cadet(given.cadet, ours)
        count += compared("athena", sql(theirs), sql(ours), differences)
    for difference in differences:
        print(difference)
    print(f"{count} compared, {len(differences)} differ")
    sys.exit(1 if differences or count < 50 else 0)


if __name__ == "__main__":
    main()
