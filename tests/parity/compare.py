"""Reads one dbt project with dbt-core and with cadet, and prints every difference.

    compare.py PROJECT [--cadet PATH] [--selectors FILE] [--fields A,B] [--only manifest|compiled|ls|state] [--explained]
               [--history NAME] [--share N] [--profiles-dir DIR] [--target NAME] [--vars YAML]

Run by the Python of an environment with dbt-core and the project's adapter. The project is copied, so it stays as it is.

manifest    `dbt parse` and `cadet parse`; every field of every node, one line for each that differs
compiled    `dbt compile` and `cadet compile`, both without a warehouse: no relation exists, every query answers nothing;
            the compiled text of every node in SQL, byte for byte; what dbt cannot compile, cadet must not either
ls          `dbt ls` and `cadet ls` with the arguments of every line of PROJECT/selectors.txt (or FILE)
state       every folder of PROJECT/history is laid over the project: `ls --state` against the project as it was.
            cadet does it twice: with dbt's manifest of the base, and from git (`ls --base`; these lines begin with `git:`)

A folder of history holds the files to add or replace, and may hold
    deleted.txt                    files to remove, one a line
    padded.txt                     files to make big: `PATH BYTES` repeats the last line until there are more bytes than
                                   that (also in PROJECT, for the base)
    base_args.txt, head_args.txt   arguments for reading the base or the head, such as --target prod
    selectors.txt                  more lines, besides those of history/selectors.txt

Exits with 0 if nothing differs but what EXPLAINED explains, else with 1.
"""

import argparse
import contextlib
import functools
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ENVIRONMENT = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "DBT_PARTIAL_PARSE": "false",
    "DBT_LOG_LEVEL_FILE": "none",
    "DBT_USE_COLORS": "false",
    "NO_COLOR": "1",
}

# Intended differences: (pattern of the unique id or the selector, pattern of the field, why).
EXPLAINED: list[tuple[str, str, str]] = [
    (r"^--select -", r"^ls$", "a selector that begins with a dash is written --select=-x"),
    (r"\.several_static$", r"^unrendered_config\.tags$", "of several config calls dbt's static reader keeps the last tags here"),
    (r"^model\.yaml\.bom$", r"checksum|raw_code", "a byte order mark is no part of a query: cadet drops it"),
    (r"^--select scalars --output json", r"^ls$", "its numbers and keys, as below"),
    (r"^model\.yaml\.bom$", r"^compiled$", "as above"),
    (r"^model\.yaml\.jinja$", r"^compiled$", "a date in vars is text, with no parts"),
    (r"^--select jinja --vars .*\"08\"", r"^ls$", "a text and a number have an order in cadet's templates"),
    (r"^model\.yaml\.scalars$", r"meta\.ints", "an integer beyond 64 bits is text"),
    (r"^model\.yaml\.scalars$", r"meta\.keys", "1 and true are one key to Python"),
    (r"^model\.yaml\.scalars$", r"meta\.single", "`?` before a key without a blank is part of it in YAML 1.2"),
]

# Parts of a manifest that hold nodes by unique id, and those that hold something else by name.
NODES = "nodes sources macros docs exposures metrics groups semantic_models saved_queries unit_tests functions disabled".split()
MAPS = "selectors parent_map child_map group_map".split()

# Packages that come with dbt: cadet has their macros in its own words.
INTERNAL = re.compile(r"(macro|doc)\.(dbt|dbt_athena|dbt_duckdb)\.")

# What cannot be equal, or is not known after parsing.
IGNORED = re.compile(r"(^|\.)(created_at|root_path|build_path|compiled|compiled_path|compiled_code|extra_ctes|extra_ctes_injected)(\.|$)")
IGNORED_METADATA = set(
    "dbt_version env generated_at invocation_id invocation_started_at run_started_at send_anonymous_usage_stats user_id".split()
)

# Lists whose order is that of a Python set in dbt, or of the files in a folder.
UNORDERED = re.compile(r"^columns\..+\.tags$|^group_map$")

# Arguments that change what is read: these `ls` cannot share a manifest with the others.
REREADS = {"--vars", "--target", "-t", "--profile", "--profiles-dir", "--project-dir", "--store-failures"}

MISSING = object()


class Report:
    """The differences so far."""

    def __init__(self, fields, show_explained):
        self.fields, self.show_explained = fields, show_explained
        self.counts = dict.fromkeys(["nodes", "fields", "compiled", "selectors", "differences", "explained"], 0)

    def add(self, name, field, text):
        if self.fields and not any(field == f or field.startswith(f + ".") for f in self.fields):
            return
        reason = next((why for id_, f, why in EXPLAINED if re.search(id_, name) and re.search(f, field)), None)
        self.counts["differences" if reason is None else "explained"] += 1
        if reason is None or self.show_explained:
            print(f"{name}  {field}  {text}" + (f"  ({reason})" if reason else ""))

    def summary(self):
        print(", ".join(f"{name} {count}" for name, count in self.counts.items()))
        return 1 if self.counts["differences"] else 0


def short(value):
    text = "nothing" if value is MISSING else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:200]} … {text[-80:]} ({len(text)} characters)"


def canonical(value):
    """A text that is equal for equal JSON values; 1, 1.0, true and "1" differ."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def compare(report, name, field, dbt, cadet):
    """Walks two JSON values and adds what differs."""
    if IGNORED.search(field):
        return
    if isinstance(dbt, dict) and isinstance(cadet, dict):
        for key in sorted({*dbt, *cadet}):
            compare(report, name, f"{field}.{key}" if field else key, dbt.get(key, MISSING), cadet.get(key, MISSING))
        return
    report.counts["fields"] += 1
    if UNORDERED.match(field) and isinstance(dbt, list) and isinstance(cadet, list):
        dbt, cadet = sorted(dbt, key=canonical), sorted(cadet, key=canonical)
    if dbt is not MISSING and cadet is not MISSING and canonical(dbt) == canonical(cadet):
        return
    if isinstance(dbt, list) and isinstance(cadet, list) and len(dbt) == len(cadet) and any(isinstance(v, dict) for v in dbt):
        for index, pair in enumerate(zip(dbt, cadet)):
            compare(report, name, f"{field}.{index}", *pair)
        return
    report.add(name, field or "all of it", f"dbt {short(dbt)}  cadet {short(cadet)}")


def compiled_texts(manifest):
    nodes = {key: node for key, node in manifest["nodes"].items() if node.get("language") != "python"}
    return {key: node["compiled_code"] for key, node in nodes.items() if node.get("compiled_code")}


def compare_compiled(report, dbt, cadet):
    """The compiled texts of both."""
    (theirs, failed), (ours, log) = dbt.compile(), cadet.compile()
    for name in sorted({*theirs, *ours, *failed}):
        # What reads a node that cannot be compiled is skipped by dbt, without a message.
        report.counts["compiled"] += 1
        if failed.get(name) and name in ours:
            report.add(name, "compiled", f"dbt cannot compile it: {short(failed[name])}")
        elif name not in failed and theirs.get(name) != ours.get(name):
            report.add(name, "compiled", first_difference(theirs.get(name), ours.get(name)))
    if {*theirs} - {*ours}:
        print(log)


def first_difference(dbt, cadet):
    if dbt is None or cadet is None:
        return f"only in {'cadet' if dbt is None else 'dbt'}"
    at = next((i for i, (a, b) in enumerate(zip(dbt, cadet)) if a != b), min(len(dbt), len(cadet)))
    return f"at {at}: dbt {short(dbt[max(0, at - 30):at + 60])}  cadet {short(cadet[max(0, at - 30):at + 60])}"


def entries(manifest, section):
    """One part of a manifest: unique id, and what it says."""
    found = {key: value for key, value in (manifest.get(section) or {}).items() if not INTERNAL.match(key)}
    if section == "disabled":
        in_order = {key: sorted(nodes, key=lambda node: node["original_file_path"]) for key, nodes in found.items()}
        found = {f"{key}[{i}]": node for key, nodes in in_order.items() for i, node in enumerate(nodes)}
    return found


def compare_manifests(report, dbt, cadet):
    for section in NODES + MAPS:
        ours, theirs = entries(cadet, section), entries(dbt, section)
        for name in sorted({*ours, *theirs}):
            report.counts["nodes"] += section in NODES
            label = f"{section}:{name}" if section in ("disabled", *MAPS) else name
            if name not in ours or name not in theirs:
                report.add(label, section, "only in dbt" if name in theirs else "only in cadet")
            elif isinstance(theirs[name], dict):
                compare(report, label, "", theirs[name], ours[name])
            else:
                compare(report, label, section, theirs[name], ours[name])
    for key in sorted({*dbt["metadata"], *cadet.get("metadata", {})} - IGNORED_METADATA):
        compare(report, "metadata", key, dbt["metadata"].get(key, MISSING), cadet.get("metadata", {}).get(key, MISSING))


class Dbt:
    """dbt, in this process, on a copy of the project."""

    def __init__(self, folder, arguments):
        self.folder, self.arguments, self.manifest = folder, arguments, None

    def invoke(self, arguments, manifest=None):
        from dbt.adapters.factory import reset_adapters
        from dbt.cli.main import dbtRunner

        reset_adapters()
        here = os.getcwd()
        os.chdir(self.folder)
        log = io.StringIO()
        try:
            with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
                done = dbtRunner(manifest=manifest).invoke([*arguments, *self.arguments])
        finally:
            os.chdir(here)
        return done, log.getvalue()

    def parse(self):
        done, log = self.invoke(["parse"])
        if not done.success:
            sys.exit(f"dbt cannot parse {self.folder}:\n{done.exception or log}")
        self.manifest = done.result
        return json.loads((self.folder / "target/manifest.json").read_text(encoding="utf-8"))

    def compile(self):
        """The compiled text of every node that has one, and what is said of those that cannot be compiled."""
        done, log = self.invoke(["compile", "--no-populate-cache"])
        if not done.result:
            sys.exit(f"dbt cannot compile {self.folder}:\n{done.exception or log}")
        failed = {found.node.unique_id: found.message for found in done.result.results if found.status in ("error", "skipped")}
        return compiled_texts(json.loads((self.folder / "target/manifest.json").read_text(encoding="utf-8"))), failed

    def ls(self, arguments):
        """Whether it worked, and the lines, or else the message."""
        alone = any(argument.split("=")[0] in REREADS for argument in arguments)
        done, log = self.invoke(["ls", *arguments], None if alone else self.manifest)
        return (True, done.result) if done.success else (False, [str(done.exception or log)])


def without_warehouse():
    """dbt with a warehouse that is empty: what dbt itself answers for it while a project is parsed.

    What cannot be compiled does not keep the rest from being compiled.
    """
    from dbt.task.compile import CompileTask
    from dbt.adapters.athena import AthenaAdapter
    from dbt.adapters.athena.connections import AthenaConnectionManager
    from dbt.adapters.contracts.connection import AdapterResponse, ConnectionState
    from dbt_common.clients.agate_helper import empty_table

    def opened(connection):
        connection.state, connection.handle = ConnectionState.OPEN, object()
        return connection

    nothing = lambda *_, **__: None
    CompileTask.raise_on_first_error = lambda _: False
    AthenaConnectionManager.open = staticmethod(opened)
    AthenaConnectionManager.close = staticmethod(lambda connection: connection)
    AthenaConnectionManager.cancel_open = nothing
    AthenaAdapter.get_relation = nothing
    for method in ("list_relations_without_caching", "list_relations", "list_schemas", "get_columns_in_relation"):
        setattr(AthenaAdapter, method, lambda *_, **__: [])
    AthenaAdapter.execute = lambda *_, **__: (AdapterResponse(""), empty_table())
    AthenaAdapter.check_schema_exists = lambda *_, **__: False
    for method in ("get_relation", "list_relations", "list_schemas", "get_columns_in_relation", "execute", "check_schema_exists"):
        getattr(AthenaAdapter, method)._is_available_ = True


@functools.cache
def previous_manifest(path, _modified):
    from dbt.artifacts.schemas.manifest import WritableManifest
    from dbt.contracts.graph.manifest import Manifest

    return Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(path))


def remember_states():
    """Lets dbt read the manifest of a state once, not for every selector."""
    from dbt.contracts import state

    def init(self, state_path, target_path, project_root):
        self.state_path, self.target_path, self.project_root = state_path, target_path, project_root
        self.manifest = self.results = self.sources = self.sources_current = None
        path = project_root / state_path / "manifest.json"
        if path.is_file():
            self.manifest = previous_manifest(str(path), path.stat().st_mtime_ns)

    state.PreviousState.__init__ = init


def remember_templates():
    """Lets Jinja parse a text once: most of what dbt parses are its own macros, again for every change of history."""
    import jinja2

    parse, trees = jinja2.Environment.parse, {}

    def parse_once(self, source, name=None, filename=None):
        # What dbt does with a tree is read it: to render, it does not come here.
        key = (type(self), tuple(sorted(self.extensions)), source)
        if key not in trees:
            trees[key] = parse(self, source, name, filename)
        return trees[key]

    jinja2.Environment.parse = parse_once


class Cadet:
    """cadet, on another copy of the project."""

    def __init__(self, program, folder, arguments):
        self.program, self.folder, self.arguments = program, folder, arguments

    def run(self, arguments):
        command = [self.program, *arguments, *self.arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, encoding="utf-8", errors="replace")
        return done.returncode, done.stdout, done.stderr

    def parse(self, report, label):
        """Its manifest, which it may have written although it found errors."""
        path = self.folder / "target/manifest.json"
        path.unlink(missing_ok=True)
        code, out, error = self.run(["parse"])
        if code != 0:
            report.add(label, "exit status", f"{code}: {out[-2000:]}{error[-2000:]}")
        if not path.exists():
            report.add(label, "manifest", "there is none")
            return None
        return json.loads(path.read_text(encoding="utf-8"))

    def compile(self):
        _, out, error = self.run(["compile"])
        manifest = json.loads((self.folder / "target/manifest.json").read_text(encoding="utf-8"))
        return compiled_texts(manifest), f"{out}{error}"

    def ls(self, arguments):
        code, out, error = self.run(["ls", *arguments])
        return (True, [line for line in out.split("\n") if line]) if code == 0 else (False, [error.strip() or out.strip()])


def lines_of(path):
    """The lines of a file of selectors; `#` begins a comment."""
    texts = path.read_text(encoding="utf-8").splitlines() if path and path.is_file() else []
    return [text for text in texts if shlex.split(text, comments=True)]


def arguments_of(path):
    return shlex.split(" ".join(lines_of(path)), comments=True)


def plain_line(line):
    """A line of `ls`; JSON in one order of its keys."""
    return canonical(json.loads(line)) if line.startswith("{") else line


def compare_ls(report, label, dbt, cadet):
    """Two answers of `ls`: both fail, or both list the same."""
    report.counts["selectors"] += 1
    if dbt[0] != cadet[0]:
        works, fails = ("dbt", cadet) if dbt[0] else ("cadet", dbt)
        message = re.sub(r"\s+", " ", " ".join(fails[1]))[:200]
        report.add(label, "ls", f"{works} lists {len(dbt[1] if dbt[0] else cadet[1])}, the other fails: {message}")
    elif dbt[0]:
        theirs, ours = ({plain_line(line) for line in lines if line.strip()} for lines in (dbt[1], cadet[1]))
        for line in sorted(theirs - ours):
            report.add(label, "ls", f"only dbt lists {line[:400]}")
        for line in sorted(ours - theirs):
            report.add(label, "ls", f"only cadet lists {line[:400]}")


def copy(project, folder):
    def left_out(path, names):
        top = Path(path) == Path(project)
        return [name for name in names if name in (".git", "__pycache__") or top and name in ("target", "logs", "history")]

    shutil.copytree(project, folder, ignore=left_out)
    pad(project, folder)
    return folder


def pad(settings, folder):
    for line in lines_of(settings / "padded.txt"):
        name, size = line.split()
        text = (folder / name).read_bytes()
        last = text.splitlines(keepends=True)[-1]
        (folder / name).write_bytes(text + last * (max(0, int(size) - len(text)) // len(last) + 1))


def overlay(change, folder):
    """Makes the base in `folder` the head of one change."""
    for name in lines_of(change / "deleted.txt"):
        path = folder / name.strip()
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    own = {"deleted.txt", "padded.txt", "selectors.txt", "base_args.txt", "head_args.txt"}
    for path in sorted(change.rglob("*")):
        relative = path.relative_to(change)
        if path.is_file() and str(relative) not in own:
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / relative)
    pad(change, folder)


def git(folder, *arguments):
    who = ["-c", "user.name=parity", "-c", "user.email=parity@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def shared(lines, turn, share):
    """The first line, which asks for everything, and each `share`-th of the others, others at every turn."""
    return lines[:1] + [line for index, line in enumerate(lines[1:]) if (index + turn) % share == 0]


def compare_state(report, change, project, program, common, base_state, scratch, questions):
    """One change: `ls --state` of both, and cadet's `ls --base`."""
    base_args = [*common, *arguments_of(change / "base_args.txt")]
    head_args = [*common, *arguments_of(change / "head_args.txt")]
    state = base_state(base_args)
    root = scratch / change.name
    dbt = Dbt(copy(project, root / "dbt"), head_args)
    overlay(change, dbt.folder)
    head = dbt.parse()

    cadet = Cadet(program, copy(project, root / "cadet"), head_args)
    ignore = cadet.folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("/target/\n/logs/\n")
    git(cadet.folder, "init", "--quiet", "--initial-branch=main")
    git(cadet.folder, "add", "--all", "--force")
    git(cadet.folder, "commit", "--quiet", "--message=base")
    git(cadet.folder, "switch", "--quiet", "--create=change")
    overlay(change, cadet.folder)
    git(cadet.folder, "add", "--all", "--force")
    git(cadet.folder, "commit", "--quiet", "--allow-empty", "--message=change")

    ours = cadet.parse(report, f"{change.name}: cadet parse")
    if ours:
        quiet = Report([], False)
        with contextlib.redirect_stdout(io.StringIO()):
            compare_manifests(quiet, head, ours)
        if quiet.counts["differences"]:
            print(f"{change.name}  the manifests of the head differ in {quiet.counts['differences']} places (not counted)")

    # git compares what one reader sees in two trees: both with the arguments of the head.
    git_state = state if base_args == head_args else base_state(head_args)
    for line in questions + lines_of(change / "selectors.txt"):
        arguments = shlex.split(line, comments=True)
        answer = dbt.ls([*arguments, "--state", str(state)])
        compare_ls(report, f"{change.name}: {line}", answer, cadet.ls([*arguments, "--state", str(state)]))
        if git_state != state:
            answer = dbt.ls([*arguments, "--state", str(git_state)])
        compare_ls(report, f"git: {change.name}: {line}", answer, cadet.ls([*arguments, "--base", "main"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=lambda path: Path(path).resolve())
    parser.add_argument("--cadet", default="cadet", help="the program [default: cadet]")
    parser.add_argument("--selectors", type=Path, help="arguments of ls, one line each [default: PROJECT/selectors.txt]")
    parser.add_argument("--fields", default="", help="compare only these fields, separated by commas")
    parser.add_argument("--only", choices=["manifest", "compiled", "ls", "state"])
    parser.add_argument("--explained", action="store_true", help="print explained differences too")
    parser.add_argument("--history", default="", help="only the changes of history with this pattern in their names")
    parser.add_argument("--share", type=int, default=1, help="ask each change only every N-th line of history/selectors.txt")
    for name in ("--profiles-dir", "--target", "--vars"):
        parser.add_argument(name, help="handed to both")
    options = parser.parse_args()

    os.environ.update(ENVIRONMENT)
    os.environ.pop("DBT_PROFILES_DIR", None)
    remember_states()
    remember_templates()
    without_warehouse()
    report = Report([field for field in options.fields.split(",") if field], options.explained)
    program = str(Path(options.cadet).resolve()) if "/" in options.cadet else options.cadet
    common = []
    if options.profiles_dir:
        common += ["--profiles-dir", str(Path(options.profiles_dir).resolve())]
    common += ["--target", options.target] if options.target else []
    common += ["--vars", options.vars] if options.vars else []

    with tempfile.TemporaryDirectory(prefix="parity_") as folder:
        scratch = Path(folder).resolve()
        dbt = Dbt(copy(options.project, scratch / "dbt/project"), common)
        cadet = Cadet(program, copy(options.project, scratch / "cadet/project"), common)
        if options.only != "state":
            theirs = dbt.parse()
            if options.only in (None, "manifest"):
                ours = cadet.parse(report, "cadet parse")
                if ours:
                    compare_manifests(report, theirs, ours)
        if options.only in (None, "compiled"):
            compare_compiled(report, dbt, cadet)
        if options.only in (None, "ls"):
            for line in lines_of(options.selectors or options.project / "selectors.txt"):
                arguments = shlex.split(line, comments=True)
                compare_ls(report, line, dbt.ls(arguments), cadet.ls(arguments))
        if options.only in (None, "state"):

            @functools.cache
            def read_base(arguments):
                name = f"state_{abs(hash(arguments))}"
                Dbt(copy(options.project, scratch / name / "project"), list(arguments)).parse()
                shutil.copytree(scratch / name / "project/target", scratch / name / "state")
                return scratch / name / "state"

            everything = lines_of(options.project / "history/selectors.txt")
            changes = sorted(path for path in options.project.glob("history/*") if path.is_dir())
            for turn, change in enumerate(changes):
                if re.search(options.history, change.name):
                    questions = shared(everything, turn, options.share)
                    base = lambda arguments: read_base(tuple(arguments))
                    compare_state(report, change, options.project, program, common, base, scratch / "history", questions)
    sys.exit(report.summary())


if __name__ == "__main__":
    main()
