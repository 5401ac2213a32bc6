"""Runs a plugin natively: a table of cases under pytest or unittest, or one call.

In ``tests/test_cases.py``::

    from jackfield_sdk.testing import cases
    from plugin import plugin

    test_case = cases(plugin)
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import calls, document, host
from .cases import DEFAULTS, DOCUMENTS, FAILURES, INPUTS, Case, read
from .check import equal
from .errors import PluginError
from .host import Snapshot
from .log import Prints
from .plugin import Kind, Plugin

__all__ = ["Outcome", "call", "cases", "run"]


@dataclass(frozen=True)
class Outcome:
    """What became of a call."""

    output: dict[str, Any]
    """``{"target": ...}``, ``{"verdict": ...}`` and so on, or ``{"error": ...}``."""
    log: list[str]
    """What was logged, as ``info: text``."""


def call(plugin: Plugin[Any], export: str, given: dict[str, Any], directory: Snapshot | None = None) -> Outcome:
    """Calls a plugin. ``given`` has the members of the export's input (docs/plugins.md); those that are left out are as in a
    case: ``call(plugin, "decide", {"target": {"team": "Leads"}}).output["verdict"]``."""
    members = {**DEFAULTS, **given}
    fields = {
        name: document.write(members[name]) if name in DOCUMENTS else members[name]
        for name in INPUTS[export]
        if members.get(name) is not None
    }
    there = None if export in Kind.MAPPER.exports else directory or Snapshot()
    native = host.NativeHost(there)
    prints = Prints()
    host.use(native)
    try:
        output = calls.answer(plugin, export, fields, calls.output)
    except PluginError as error:
        output = calls.failure(error)
    finally:
        prints.give_back()
        host.use(None)
    return Outcome(output, [f"{level}: {text}" for level, text in native.lines])


def run(plugin: Plugin[Any], case: Case) -> list[str]:
    """Runs a case: what is wrong, if anything."""
    outcome = call(plugin, case.export, case.input, case.directory)
    different = differences(case.expect, outcome)
    wrong = [line for lines in different.values() for line in lines]
    if wrong and outcome.log and "log" not in different:
        wrong += ["logged:", *(f"  {line}" for line in outcome.log)]
    return wrong


def cases(plugin: Plugin[Any], path: str | Path = "cases") -> Any:
    """The test of a table of cases: a file, or a folder of ``*.json``, seen from the plugin's own folder.

    Under pytest a parametrised function, without it a ``unittest.TestCase``. A case that expects an ``ending`` is skipped:
    only a component has one.
    """
    table = read(Path(plugin.file).resolve().parent / path, plugin.exports)
    return _for_pytest(plugin, table) if "pytest" in sys.modules else _for_unittest(plugin, table)


_SKIPPED = "expects an ending, which only a component has: jackfield plugin test"


def _for_pytest(plugin: Plugin[Any], table: list[Case]) -> Any:
    import pytest

    @pytest.mark.parametrize("case", table, ids=[case.title for case in table])
    def test_case(case: Case) -> None:
        if "ending" in case.expect:
            pytest.skip(_SKIPPED)
        wrong = run(plugin, case)
        if wrong:
            pytest.fail(_message(case, wrong), pytrace=False)

    return test_case


def _for_unittest(plugin: Plugin[Any], table: list[Case]) -> Any:
    import unittest

    def method(case: Case) -> Callable[[unittest.TestCase], None]:
        def test(self: unittest.TestCase) -> None:
            if "ending" in case.expect:
                self.skipTest(_SKIPPED)
            wrong = run(plugin, case)
            if wrong:
                self.fail(_message(case, wrong))

        return test

    tests: dict[str, Any] = {f"test_{case.title}": method(case) for case in table}
    return type("Cases", (unittest.TestCase,), tests)


def _message(case: Case, wrong: list[str]) -> str:
    return "\n  ".join([f"{case.title} ({case.export})", *wrong])


def differences(expect: dict[str, Any], outcome: Outcome) -> dict[str, list[str]]:
    """Each member that is expected and came otherwise, and how. An absent member is ``null``."""
    failed = [name for name in FAILURES if name in outcome.output and name not in expect]
    found = {name: [f"{name}: expected none, got {_short(outcome.output[name])}"] for name in failed}
    for name, value in expect.items():
        there: Any = outcome.log if name == "log" else outcome.output.get(name)
        if name in FAILURES and there is not None:
            parts = [_apart(f"{name}.{part}", value[part], there.get(part)) for part in value]
            found[name] = [line for lines in parts for line in lines]
        else:
            found[name] = _apart(name, value, there)
    return {name: lines for name, lines in found.items() if lines}


def _apart(name: str, expected: Any, there: Any) -> list[str]:
    """Where two values differ: by member for objects, else as a whole."""
    if equal(expected, there):
        return []
    if not isinstance(expected, dict) or not isinstance(there, dict):
        return [f"{name}: expected {_short(expected)}, got {_short(there)}"]
    wrong = []
    for key in dict.fromkeys([*expected, *there]):
        if key not in there:
            wrong.append(f"{name}.{key}: expected {_short(expected[key])}, got nothing")
        elif key not in expected:
            wrong.append(f"{name}.{key}: expected nothing, got {_short(there[key])}")
        else:
            wrong += _apart(f"{name}.{key}", expected[key], there[key])
    return wrong


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 400 else f"{text[:400]}..."
