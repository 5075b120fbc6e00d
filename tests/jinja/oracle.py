"""Renders each line of templates.txt in dbt's own Jinja environment, and writes what it gives to oracle.json.

Run with a Python that has dbt-core 1.11: python oracle.py templates.txt oracle.json
A line is one template; \\n in it is a line break.
"""

import json
import re
import sys
from pathlib import Path

from dbt.clients.jinja import MacroGenerator, MacroStack
from dbt.context.base import (
    BaseContext,
    get_datetime_module_context,
    get_pytz_module_context,
    get_re_module_context,
)
from dbt_common.clients.jinja import get_template, render_template
from dbt_common.exceptions.macros import MacroReturn
import itertools

HERE = Path(__file__).parent


class Macro:
    def __init__(self, package, name, sql):
        self.package_name, self.name, self.macro_sql = package, name, sql
        self.unique_id = f"macro.{package}.{name}"
        self.original_file_path = self.unique_id


def macros(package):
    block = re.compile(r"{%-?\s*macro (\w+).*?endmacro\s*-?%}", re.DOTALL)
    for path in sorted((HERE / "macros" / package).iterdir()):
        for found in block.finditer(path.read_text()):
            yield Macro(package, found.group(1), found.group(0))


def returned(value=None):
    raise MacroReturn(value)


class Adapter:
    def __init__(self, context):
        self.context = context

    def dispatch(self, name, macro_namespace=None):
        for prefix in ("athena__", "default__"):
            for place in (self.context, self.context.get(macro_namespace) or {}, self.context["dbt"]):
                if prefix + name in place:
                    return place[prefix + name]
        raise KeyError(name)


def context():
    found = {
        "return": returned,
        "execute": False,
        "log": lambda *args, **kwargs: "",
        "set": BaseContext._set,
        "zip": lambda *args: zip(*args),
        "tojson": lambda value, default=None, sort_keys=False: json.dumps(value, sort_keys=sort_keys),
        "fromjson": lambda text, default=None: json.loads(text),
        "modules": {
            "re": get_re_module_context(),
            "datetime": get_datetime_module_context(),
            "pytz": get_pytz_module_context(),
            "itertools": {name: getattr(itertools, name) for name in (
                "count", "cycle", "repeat", "accumulate", "chain", "compress", "islice", "starmap", "tee",
                "zip_longest", "product", "permutations", "combinations", "combinations_with_replacement",
            )},
        },
    }
    stack = MacroStack()
    for package in ("dbt", "pkg", "root"):
        own = {macro.name: MacroGenerator(macro, found, None, stack) for macro in macros(package)}
        found[package] = own
        if package != "pkg":
            found.update(own)
    found["adapter"] = Adapter(found)
    found["context"] = found
    return found


def rendered(text, at_parse):
    try:
        names = context()
        template = get_template(text, names, None, capture_macros=at_parse)
        return render_template(template, names, None)
    except Exception as error:
        return f"ERR {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def main(source, target):
    lines = [line for line in Path(source).read_text().splitlines() if line and not line.startswith("--")]
    rows = []
    for line in lines:
        text = line.replace("\\n", "\n")
        rows.append({"template": text, "compile": rendered(text, False), "parse": rendered(text, True)})
    Path(target).write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n")


main(*sys.argv[1:3])
