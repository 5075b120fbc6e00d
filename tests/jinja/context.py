"""Compiles each template of a project's templates.json with dbt, and writes what it gives beside it.

Run with a Python that has dbt-core 1.11, dbt-athena and dbt-duckdb, in the repository's folder:
    python tests/jinja/context.py tests/jinja/context    as without a warehouse, with a target of Athena's
    python tests/jinja/context.py tests/jinja/answers    with what DuckDB answers
A row is a template and dbt's answer: the text that it becomes as the model `s0000` and so on, or null when dbt fails.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "parity"))
sys.dont_write_bytecode = True
os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"

import compare  # noqa: E402
from dbt.cli.main import dbtRunner  # noqa: E402
from dbt.parser.models import ModelParser  # noqa: E402
from dbt.task.compile import CompileTask  # noqa: E402

FAILED = set()


def keeps_reading():
    """What cannot be parsed is noted, and the others are parsed."""
    usual = ModelParser.render_update

    def render_update(self, node, config, *args, **kwargs):
        try:
            return usual(self, node, config, *args, **kwargs)
        except Exception:
            FAILED.add(node.name)
            node.refs, node.sources, node.raw_code = [], [], "select 1"
            return usual(self, node, config, *args, **kwargs)

    ModelParser.render_update = render_update
    CompileTask.raise_on_first_error = lambda _: False


def answers(project, templates):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(project, folder, dirs_exist_ok=True)
        os.chdir(folder)
        snippets = Path(folder, "models", "s")
        snippets.mkdir()
        for at, template in enumerate(templates):
            (snippets / f"s{at:04d}.sql").write_text(template)
        common = ["--quiet", "--project-dir", folder, "--profiles-dir", folder]
        dbt = dbtRunner()
        if project.name == "context":
            compare.without_warehouse()
            common.insert(0, "--no-populate-cache")
        else:
            dbt.invoke([*common[:1], "run", "--select", "pay", *common[1:]])
            FAILED.clear()
        compiled = dbt.invoke(["--quiet", "compile", "--no-partial-parse", *[x for x in common if x != "--quiet"]])
        found = {}
        for result in compiled.result.results:
            is_good = str(result.status) == "success" and result.node.name not in FAILED
            found[result.node.name] = result.node.compiled_code if is_good else None
        return [found.get(f"s{at:04d}") for at in range(len(templates))]


def main(project):
    project = Path(project).resolve()
    place = project / "templates.json"
    templates = [row["template"] for row in json.loads(place.read_text())]
    keeps_reading()
    rows = [{"template": template, "dbt": text} for template, text in zip(templates, answers(project, templates))]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    place.write_text(f"[\n{lines}\n]\n")


main(sys.argv[1])
