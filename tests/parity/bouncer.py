"""Whether dbt-bouncer says the same of two manifests.

    bouncer.py DBT_MANIFEST CADET_MANIFEST

Every check of dbt-bouncer.yml on every node: what passed, what failed, and with what words. Run by the Python of an
environment with dbt-bouncer. Prints what differs and what was compared; exits with 1 if anything differs.
"""

import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKS = Path(__file__).with_name("dbt-bouncer.yml")

# With its settings from its cache, dbt-bouncer 4.3.0 fails at some checks that it can do without.
ENVIRONMENT = {"DBT_BOUNCER_DISABLE_CONF_CACHE": "true", "NO_COLOR": "1"}


def outcomes(manifest: Path) -> collections.Counter[str]:
    """What dbt-bouncer makes of a manifest; it ends with 1 when a check failed."""
    with tempfile.TemporaryDirectory(prefix="bouncer_") as name:
        folder = Path(name)
        shutil.copyfile(manifest, folder / "manifest.json")
        shutil.copyfile(CHECKS, folder / CHECKS.name)
        command = [str(Path(sys.executable).with_name("dbt-bouncer")), "run"]
        command += ["--output-file", "outcomes.json", "--output-format", "json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**os.environ, **ENVIRONMENT})
        written = folder / "outcomes.json"
        if done.returncode not in (0, 1) or not written.exists():
            sys.exit(f"dbt-bouncer cannot read {manifest}:\n{done.stdout}{done.stderr}")
        return collections.Counter(json.dumps(each, sort_keys=True) for each in json.loads(written.read_text(encoding="utf-8")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dbt", type=Path)
    parser.add_argument("cadet", type=Path)
    options = parser.parse_args()
    theirs, ours = outcomes(options.dbt), outcomes(options.cadet)
    for who, only in (("dbt", theirs - ours), ("cadet", ours - theirs)):
        for outcome in sorted(only.elements()):
            print(f"of {who}'s manifest only: {outcome}")
    found = collections.Counter(json.loads(outcome)["outcome"] for outcome in theirs.elements())
    print(", ".join(f"{name} {count}" for name, count in sorted(found.items())))
    if set(found) != {"failed", "success"}:
        sys.exit("some checks must pass and some fail, or the comparison shows little")
    sys.exit(0 if theirs == ours else 1)


if __name__ == "__main__":
    main()
