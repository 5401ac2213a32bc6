"""A component: what it imports, what crosses its boundary, and what it does without clock, files and the rest.

Building it takes a while; wasmtime's own package from PyPI runs it. The example's table is put to its component by
tests/languages.
"""

import json
import sys
from pathlib import Path

import pytest

from conftest import SDK
from jackfield_sdk import build

pytest.importorskip("wasmtime", reason="wasmtime is not installed: plugins/sdk/python/run installs it")
from in_wasmtime import PACKAGE, InWasmtime, directory, record


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    entry, folder = Path(__file__).parent / "probe/plugin.py", tmp_path_factory.mktemp("probe")
    before, path = set(sys.modules), list(sys.path)
    out = folder / "made.wasm"
    assert build.main(["--wit", str(SDK / "wit"), "--entry", str(entry), "--out", str(out)]) == 0
    # Other tests have a plugin whose module is called the same.
    for name in set(sys.modules) - before:
        del sys.modules[name]
    sys.path[:] = path
    assert [file.name for file in folder.iterdir()] == ["made.wasm"]
    return InWasmtime(str(out))


def test_nothing_but_the_contract_is_imported(probe):
    assert set(probe.imports()) <= {PACKAGE.format(name) for name in ["log", "types", "directory"]}
    exported = [name for name in probe.exports() if name.startswith("jackfield:")]
    assert sorted(exported) == sorted(PACKAGE.format(name) for name in ["about", "mapper", "rules"])


def test_describe_answers_what_the_native_plugin_says(probe):
    about = json.loads(probe.call("about", "describe"))
    assert (about["name"], about["version"], about["description"]) == ("probe", "1.2.3", "Söme probe")
    assert about["takes"] == ["title"]
    assert about["settings"]["properties"]["words"]["description"] == "Words."


def output(answer):
    members = {name.replace("-", "_"): value for name, value in vars(answer).items() if name != "facts"}
    if "code" in members:
        return {"error": members}
    verdict = members["verdict"]
    tag, payload = getattr(verdict, "tag", verdict), getattr(verdict, "payload", None)
    said = {"target": json.loads(payload)} if isinstance(payload, str) else dict(vars(payload)) if payload else {}
    if "scim-type" in said:
        said["scimType"] = said.pop("scim-type")
    return {"verdict": tag, "warnings": members["warnings"], **said}


def decided(probe, operation, **given):
    probe.directory = directory()
    return output(probe.occasion("decide", "rules", operation=operation, **given))


def test_every_verdict_crosses_the_boundary(probe):
    denial = {"status": 403, "scimType": "mutability", "detail": "no", "attribute": "team", "fix": "do"}
    assert decided(probe, "deny") == {"verdict": "deny", "warnings": ["w"], **denial}
    assert decided(probe, "defer") == {"verdict": "defer", "warnings": [], "detail": "waits", "attribute": "groups"}
    amended = decided(probe, "amend", target='{"userName":"ada"}')
    assert amended == {"verdict": "amend", "warnings": [], "target": {"userName": "ada", "team": "Blue"}}
    assert decided(probe, "update") == {"verdict": "allow", "warnings": []}


def test_everything_that_a_call_is_given_arrives(probe):
    probe.directory = directory(teams=["Blue"], loginAuthenticators=["System"], templates=["T"], version="v7")
    group = record(id="g1", external_id="e", display_name="Sales", facts="{}")
    given = {
        "operation": "everything",
        "source": '{"title":"1"}',
        "source_before": '{"title":"2"}',
        "target": '{"team":"3"}',
        "held": '{"team":"4"}',
        "groups": [group],
        "settings": '{"words":["a"]}',
        "facts": '{"defaultRole":"Agent","more":1}',
    }
    answer = probe.occasion("decide", "rules", **given)
    role, team = "Role(id='1', name='Agent', status='ACTIVE')", "Team(id='1', name='Blue')"
    login = "LoginAuthenticator(id='1', name='System')"
    assert answer.warnings == [
        "['test', 'generic', 'everything', '2026-01-01T00:00:00Z', '1', '2', '3', '4', ('g1', 'e', 'Sales'), 'Agent', ['a'], "
        f"{role}, None, {login}, [[{role}], [{team}], [{login}], ['T']], 'Agent', 'v7']"
    ]


@pytest.mark.parametrize("operation", ["time", "sleep", "now", "today"])
def test_there_is_no_clock(probe, operation):
    error = decided(probe, operation)["error"]
    assert error["code"] == "internal"
    assert error["message"].startswith("Unavailable: a plugin has no clock ("), error
    assert "are given the `moment` (plugin.py:" in error["message"], error
    source = Path(__file__).parent.joinpath("probe/plugin.py").read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(source, 1) if "DOES[operation]()" in text)
    assert probe.lines[0] == ("error", f"  plugin.py:{line} in decide: {source[line - 1].strip()}")


@pytest.mark.parametrize("operation", ["random", "randint", "urandom", "token", "uuid"])
def test_there_is_no_randomness(probe, operation):
    assert decided(probe, operation)["error"]["message"].startswith("Unavailable: a plugin has no randomness (")


@pytest.mark.parametrize("operation", ["open", "list"])
def test_there_are_no_files(probe, operation):
    assert decided(probe, operation)["error"]["message"].startswith("Unavailable: a plugin has no files, network")


def test_what_is_not_there_when_it_is_made_cannot_be_imported(probe):
    assert "`this_is_no_module` is imported within a call" in decided(probe, "import")["error"]["message"]


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("seeded", "6"),
        ("strptime", "2026-02-01 00:00:00"),
        ("codecs", str(b"\xe9\xe9\x00xn--9ca")),
        ("environment", "{}"),
    ],
)
def test_what_is_equal_every_time_is_there(probe, operation, answer):
    assert decided(probe, operation)["warnings"] == [answer]


def test_nothing_that_a_plugin_keeps_survives_a_call(probe):
    assert [decided(probe, "count")["warnings"] for _ in range(3)] == [["1"]] * 3


def test_equal_input_costs_equal_fuel(probe):
    used = set()
    for _ in range(3):
        decided(probe, "everything")
        used.add(probe.fuel)
    assert len(used) == 1


def test_prints_and_levels_reach_the_log(probe):
    decided(probe, "print")
    levels = ["debug", "info", "warn", "error"]
    assert probe.lines == [("info", "one"), *((level, level) for level in levels), ("info", "two")]


def test_errors_cross_the_boundary(probe):
    assert decided(probe, "error")["error"] == {"code": "input", "message": "cannot", "attribute": "userName"}
    error = decided(probe, "update", settings='{"wrods":[]}')["error"]
    assert (error["code"], error["message"]) == ("settings", "settings: unknown field `wrods`, expected `words`")
    assert decided(probe, "amend", target="[]")["error"]["code"] == "input"


def test_an_exit_endless_recursion_and_too_much_memory_are_errors(probe):
    assert decided(probe, "exit")["error"]["message"].startswith("SystemExit: 3 (plugin.py:")
    assert decided(probe, "deep")["error"]["message"].startswith("RecursionError: ")
    assert "(9" in probe.lines[-2][1]
    assert decided(probe, "big", memory=32 << 20)["error"]["message"].startswith("MemoryError (plugin.py:")


def test_a_mapper_has_no_directory_where_its_component_imports_one(probe):
    members = {"connection": "c", "source": "{}", "remembered": None, "draft": "{}", "groups": []}
    members |= {"settings": "{}", "facts": "{}"}
    assert probe.call("mapper", "to-target", record(idp="entra", **members)) == "{}"
    error = probe.call("mapper", "to-target", record(idp="directory", **members))
    assert "a mapper has no directory" in error.message
