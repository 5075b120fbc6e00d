"""Whether dbt, and tools that read its artefacts, take cadet's manifest.json for one of dbt's.

    artefacts.py PROJECT... --cadet PATH

For each project, in a copy, read by both:

schema      cadet's manifest is valid against the JSON schema that dbt publishes for it
reader      dbt's own class reads it and knows the version
state       `dbt ls --select state:modified` finds the same with cadet's manifest as with dbt's own. cadet has the macros
            that come with dbt in its own words, which dbt would call modified: for `state:modified` alone, they are
            given dbt's words first. Leaving them out would not help: a macro that is missing counts as modified too

Run by the Python of an environment with dbt-core and the projects' adapter. Prints one line for each thing that is
wrong, and what was looked at; exits with 1 if anything is wrong.
"""

import argparse
import functools
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import jsonschema
from compare import ENVIRONMENT, INTERNAL, Cadet, Dbt, copy, remember_states, remember_templates

# Each is asked of dbt, with the manifest of cadet and with its own.
QUESTIONS = [f"state:modified.{part}" for part in ("body", "configs", "relation", "persisted_descriptions", "contract")]
QUESTIONS += ["state:new", "state:old"]


@functools.cache
def validator() -> Any:
    from dbt.artifacts.schemas.manifest import WritableManifest

    schema = WritableManifest.json_schema()
    return jsonschema.validators.validator_for(schema)(schema)


def against_schema(manifest: dict[str, Any]) -> list[str]:
    """What is not as the schema says."""
    wrong = []
    for error in validator().iter_errors(manifest):
        # A node may be one of many kinds: what is wrong is told by the kind that it says it is.
        deeper = [cause for cause in error.context or [] if cause.validator != "const"]
        cause = jsonschema.exceptions.best_match([error]) if deeper else error
        at = ".".join(str(part) for part in cause.absolute_path)
        wrong.append(f"schema: {at}: {cause.message[:300]}")
    return wrong


def against_reader(path: Path) -> list[str]:
    """What dbt's own reader says."""
    from dbt.artifacts.schemas.manifest import WritableManifest
    from dbt.contracts.graph.manifest import Manifest

    try:
        Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(str(path)))
    except Exception as error:  # whatever it is, it is the finding
        return [f"reader: {type(error).__name__}: {error}"]
    return []


def as_state(dbt: Dbt, question: str, theirs: Path, ours: Path) -> list[str]:
    """What dbt finds changed since only one of two manifests."""
    answers = [dbt.ls(["--select", question, "--state", str(path.parent)]) for path in (theirs, ours)]
    failures = [" ".join(lines) for worked, lines in answers if not worked]
    if failures:
        return [f"state: {question}: {failure}" for failure in failures]
    of_dbt, of_cadet = (set(lines) for _, lines in answers)
    wrong = [f"state: {question}: {name} changed since dbt's manifest only" for name in sorted(of_dbt - of_cadet)]
    return wrong + [f"state: {question}: {name} changed since cadet's manifest only" for name in sorted(of_cadet - of_dbt)]


def stored(manifest: dict[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True)
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path


def examine(project: Path, program: str, scratch: Path) -> list[str]:
    dbt = Dbt(copy(project, scratch / "dbt/project"), [])
    cadet = Cadet(program, copy(project, scratch / "cadet/project"), [])
    for reader in (dbt, cadet):
        if (reader.folder / "packages.yml").exists() and not (reader.folder / "dbt_packages").exists():
            Dbt(reader.folder, []).invoke(["deps"])
    theirs = dbt.parse()
    code, out, error = cadet.run(["parse"])
    if code != 0:
        return [f"cadet parse: {out}{error}"]
    ours = json.loads((cadet.folder / "target/manifest.json").read_text(encoding="utf-8"))
    internal = {name: macro for name, macro in theirs["macros"].items() if INTERNAL.match(name)}
    own = {name: macro for name, macro in ours["macros"].items() if not INTERNAL.match(name)}
    of_dbt, of_cadet = stored(theirs, scratch / "state/dbt"), stored(ours, scratch / "state/cadet")
    in_dbts_words = stored({**ours, "macros": {**own, **internal}}, scratch / "state/in_dbts_words")

    wrong = against_schema(ours) + against_reader(of_cadet) + as_state(dbt, "state:modified", of_dbt, in_dbts_words)
    return wrong + [line for question in QUESTIONS for line in as_state(dbt, question, of_dbt, of_cadet)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="+", type=lambda path: Path(path).resolve())
    parser.add_argument("--cadet", required=True, type=lambda path: Path(path).resolve())
    options = parser.parse_args()
    os.environ.update(ENVIRONMENT)
    os.environ.pop("DBT_PROFILES_DIR", None)
    remember_states()
    remember_templates()
    count = 0
    for project in options.projects:
        with tempfile.TemporaryDirectory(prefix="artefacts_") as folder:
            wrong = examine(project, str(options.cadet), Path(folder).resolve())
        count += len(wrong)
        print("\n".join(f"{project.name}  {line}" for line in wrong), end="\n" if wrong else "")
    print(f"projects {len(options.projects)}, wrong {count}")
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
