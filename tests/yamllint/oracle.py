"""Records what yamllint says of YAML files under several `.yamllint`s, for tests/cadet/yamllint.rs.

    python3 -m venv venv && venv/bin/pip install yamllint==1.38.0
    venv/bin/python tests/yamllint/oracle.py

writes oracle.json anew: the settings, the files, and for each pair what the rules that cadet has too find there.
"""

import json
import pathlib

from yamllint import linter
from yamllint.config import YamlLintConfig

OURS = {
    "document-start",
    "empty-lines",
    "indentation",
    "line-length",
    "new-line-at-end-of-file",
    "new-lines",
    "trailing-spaces",
}

CONFIGS = {
    "default": "extends: default\n",
    "relaxed": "extends: relaxed\n",
    "nothing": "rules: {}\n",
    "some rules and no more": "rules:\n  trailing-spaces: enable\n  line-length: {max: 40}\n",
    "two spaces and flush lists": (
        "extends: default\n"
        "rules:\n"
        "  indentation:\n    spaces: 2\n    indent-sequences: false\n"
        "  document-start: disable\n"
        "  line-length: disable\n"
    ),
    "four spaces and lists of any kind": (
        "extends: default\nrules:\n  indentation: {spaces: 4, indent-sequences: whatever}\n  document-start: {present: false}\n"
    ),
    "lists alike": "extends: default\nrules:\n  indentation: {spaces: consistent, indent-sequences: consistent}\n",
    "the service's kind": (
        "extends: relaxed\n"
        "rules:\n"
        "  line-length: {max: 60, allow-non-breakable-words: false, allow-non-breakable-inline-mappings: false, level: error}\n"
        "  empty-lines: {max: 1, max-start: 1, max-end: 1}\n"
        "  trailing-spaces: {level: warning}\n"
        "  new-lines: {type: dos}\n"
    ),
    "switched off and on again": (
        "extends: relaxed\nrules:\n  line-length: disable\n  document-start: enable\n  new-line-at-end-of-file: disable\n"
    ),
    "some files are left out": (
        "extends: default\n"
        "ignore: |\n  /packages/\n  *_old.yaml\n"
        "rules:\n"
        "  trailing-spaces:\n    ignore: [models/archive/]\n"
    ),
    "files of one ending": "extends: default\nyaml-files: ['*.yml']\n",
}

LONG = "a long text that goes on and on and on and on and on and on and on and on and on and on"
ADDRESS = "https://example.com/" + "a/long/way/to/go/" * 6

FILES = {
    "models/tidy.yaml": "---\nmodels:\n  - name: a\n    columns:\n      - name: b\n",
    "models/flush.yaml": "models:\n- name: a\n  columns:\n  - name: b\n",
    "models/four.yaml": "models:\n    - name: a\n      columns:\n          - name: b\n            tests:\n                - unique\n",
    "models/mixed.yaml": "models:\n  - name: a\n    columns:\n    - name: b\n  - name: c\n    columns:\n      - name: d\n",
    "models/crooked.yaml": "models:\n   - name: a\n     config:\n       tags: x\nseeds:\n  - name: b\n    config:\n         tags: y\n",
    "models/long.yaml": (
        f"# {LONG}\n# {ADDRESS}\n#{ADDRESS}\na: {LONG}\nb: {ADDRESS}\n- {ADDRESS}\n".replace("- http", "c: http")
        + f"d:\n  - {ADDRESS}\n  - e: {ADDRESS}\n  - e: '{ADDRESS}'\n  - e: \"{LONG}\"\n{ADDRESS}: 1\n"
    ),
    "models/blanks.yaml": "\n\n---\na: 1  \n\n\n\nb: 2\n \nc: |\n  text  \n\n\nd: 3\n\n\n",
    "models/one_blank.yaml": "\na: 1\n\nb: 2\n\n",
    "models/open.yaml": "---\na: 1\nb: 2",
    "models/windows.yaml": "---\r\na: 1\r\nb: 2 \r\n\r\n\r\n\r\nc: 3\r\n",
    "models/started.yaml": "# about\n---\na: 1\n",
    "models/started_with_more.yaml": "--- # about\na: 1\n",
    "models/only_a_comment.yaml": "# nothing\n",
    "models/empty.yaml": "",
    "models/a_line.yaml": "\n",
    "models/archive/blanks.yaml": "a: 1 \nb: 2\n",
    "models/a_old.yaml": "a: 1 \n",
    "packages/p/models/a.yaml": "a: 1 \n",
    "models/other.yml": "a: 1 \n",
    "models/deep.yaml": (
        "version: 2\nmodels:\n  - name: a\n    description: >\n        folded\n        text\n    columns:\n"
        "      - name: b\n        data_tests:\n          - unique\n          - accepted_values:\n              arguments:\n"
        "                values:\n                  - 1\n                  - 2\n"
    ),
    "models/with_comments.yaml": (
        "a: 1  # yamllint disable-line rule:trailing-spaces  \nb: 2 \n# yamllint disable-line\nc: 3 \n"
        "# yamllint disable rule:trailing-spaces\nd: 4 \ne:\n       f: 5 \n# yamllint enable\ng: 6 \n"
    ),
    "models/without_yamllint.yaml": "# yamllint disable-file\na: 1 \n",
    "models/behind_dashes.yaml": "a:\n  - - b\n    - c\n  -   d: 1\n      e: 2\n  -\n    f: 1\n",
}


def answers(config, path, text):
    found = linter.run(text, config, path)
    return [[p.rule, p.line, p.level] for p in found if p.rule in OURS]


def main():
    record = {"files": FILES, "configs": CONFIGS, "answers": {}}
    for name, content in CONFIGS.items():
        config = YamlLintConfig(content)
        record["answers"][name] = {
            path: answers(config, path, text) if config.is_yaml_file(path) else [] for path, text in FILES.items()
        }
    target = pathlib.Path(__file__).parent / "oracle.json"
    target.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


main()
