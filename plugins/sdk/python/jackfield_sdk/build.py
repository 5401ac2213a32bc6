"""Makes a component of a plugin: ``python -m jackfield_sdk.build --wit DIR --entry plugin.py --out NAME.wasm``.

Nothing is installed: what is missing is named. Exit codes: 0 made, 1 the plugin is bad, 2 it could not be tried.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from . import trace
from .plugin import Kind, Plugin

COMPONENTIZE_PY = "0.25.1"
"""The version whose components the host's limits are made for."""

# The worlds of the contract, by kinds. Others are written when they are needed.
_WORLDS = {
    frozenset([Kind.MAPPER]): "mapper-plugin",
    frozenset([Kind.TEMPLATE_CHOOSER]): "template-chooser-plugin",
    frozenset([Kind.RULES]): "rules-plugin",
    frozenset(Kind): "plugin",
}

# The module that componentize-py makes a component of.
_MODULE = "jackfield_component"
_SOURCE = """\
import sys

sys.dont_write_bytecode = True

from jackfield_sdk import guard

guard.replace()

import os

import {module}
from jackfield_sdk import component

globals().update(component.exports({module}.{variable}, {described!r}, os.path.dirname({module}.__file__)))
"""


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m jackfield_sdk.build", description="makes a component of a plugin")
    parser.add_argument("--wit", type=Path, required=True, metavar="DIR", help="the contract (sdk/wit of a plugin)")
    parser.add_argument("--world", metavar="NAME", help="the world; by default that of the kinds that are registered")
    parser.add_argument("--entry", type=Path, default=Path("plugin.py"), metavar="FILE", help="the plugin's module")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the component to write")
    given = parser.parse_args(arguments)
    began = time.monotonic()
    _look(given.wit, given.entry)
    module = load(given.entry)
    variable, plugin = find(module, given.entry)
    try:
        described = json.dumps(plugin.describe(), ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        _stop(1, f"{given.entry}: {error}")
    world = _world(plugin, given.world)
    with tempfile.TemporaryDirectory(prefix="jackfield-") as folder:
        made = Path(folder, "plugin.wasm")
        app = Path(folder, "app")
        app.mkdir()
        source = _SOURCE.format(module=given.entry.stem, variable=variable, described=described)
        Path(app, f"{_MODULE}.py").write_text(source, "utf-8")
        wit = given.wit
        if world is None:
            wit, world = _write_world(given.wit, Path(folder, "wit"), plugin.kinds)
        _componentize(wit, world, [app, given.entry.resolve().parent], made)
        given.out.parent.mkdir(parents=True, exist_ok=True)
        # Beside the old one first, so that nobody finds half a component.
        beside = given.out.with_name(given.out.name + ".new")
        shutil.copyfile(made, beside)
        os.replace(beside, given.out)
    size = given.out.stat().st_size / 1e6
    kinds = ", ".join(kind.value for kind in plugin.kinds)
    print(f"{given.out}: {size:.1f} MB, {kinds}, made in {time.monotonic() - began:.1f} s")
    return 0


def _stop(code: int, message: str) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(code)


def _look(wit: Path, entry: Path) -> None:
    """Says what is missing."""
    how = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"
    if importlib.util.find_spec("componentize_py") is None:
        _stop(2, f"componentize-py is not installed for {sys.executable}; run: {how}")
    version = importlib.metadata.version("componentize-py")
    if version != COMPONENTIZE_PY:
        _stop(2, f"componentize-py {version} is installed for {sys.executable}, {COMPONENTIZE_PY} is needed; run: {how}")
    if not entry.is_file():
        _stop(2, f"{entry}: no such file")
    if not entry.stem.isidentifier() or entry.suffix != ".py":
        _stop(2, f"{entry}: a module's file is named NAME.py, NAME of letters, digits and `_`")
    if not Path(wit, "worlds.wit").is_file():
        _stop(2, f"{wit}: the contract is not there (no worlds.wit); `jackfield plugin sdk` writes it")


def load(entry: Path) -> ModuleType:
    """Imports a plugin's module natively, where its mistakes show at once and in plain words."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(entry.resolve().parent))
    try:
        spec = importlib.util.spec_from_file_location(entry.stem, entry.resolve())
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[entry.stem] = module
        spec.loader.exec_module(module)
        return module
    except Exception as error:
        lines = [line for line in trace.story(error) if "<frozen importlib" not in line]
        _stop(1, "\n".join([f"{entry} cannot be imported", *lines]))


def find(module: ModuleType, entry: Path) -> tuple[str, Plugin[Any]]:
    """The one plugin of a module, and the variable that holds it."""
    found = {name: value for name, value in vars(module).items() if isinstance(value, Plugin)}
    if len(found) != 1:
        names = ", ".join(f"`{name}`" for name in found)
        _stop(1, f"{entry}: needs one variable that holds a `Plugin`; there is {names or 'none'}")
    return next(iter(found.items()))


def _world(plugin: Plugin[Any], wanted: str | None) -> str | None:
    """The world of a plugin; none where the contract has no such one."""
    kinds = plugin.kinds
    fitting = _WORLDS.get(frozenset(kinds))
    if wanted in (None, fitting):
        return fitting
    if wanted in _WORLDS.values():
        words = ", ".join(kind.value for kind in kinds)
        _stop(1, f"the world `{wanted}` is not for what is registered ({words}); leave --world out, or name {fitting}")
    return wanted


def _write_world(wit: Path, folder: Path, kinds: list[Kind]) -> tuple[Path, str]:
    """Writes a world of these kinds beside a copy of the contract's."""
    shutil.copytree(wit, folder, ignore=lambda _, names: [name for name in names if not name.endswith(".wit")])
    package = next(line for line in Path(wit, "worlds.wit").read_text("utf-8").splitlines() if line.startswith("package "))
    includes = "".join(f"    include {kind.value}-only;\n" for kind in kinds)
    name = "of-these-kinds"
    text = f"{package}\n\nworld {name} {{\n    include about-only;\n{includes}}}\n"
    Path(folder, f"{name}.wit").write_text(text, "utf-8")
    return folder, name


def _componentize(wit: Path, world: str, folders: list[Path], out: Path) -> None:
    """Runs componentize-py as the interpreter that runs this one has it."""
    sdk = Path(__file__).resolve().parent.parent
    paths = [*folders, sdk, Path(sysconfig.get_paths()["purelib"])]
    command = [sys.executable, "-c", "import sys; from componentize_py import script; sys.exit(script())"]
    command += ["--wit-path", str(wit), "--world", world, "componentize", "--stub-wasi", "--output", str(out)]
    for path in paths:
        command += ["--python-path", str(path)]
    command.append(_MODULE)
    # Without the variable it would look for other places to import from.
    environment = {**os.environ, "VIRTUAL_ENV": sys.prefix}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0 or not out.is_file():
        # What follows is about componentize-py's own code.
        said = done.stdout.partition("\nStack backtrace:")[0]
        _stop(1, f"componentize-py failed:\n{said[-6000:].strip()}")


if __name__ == "__main__":
    sys.exit(main())
