"""What the build says where something is missing or wrong. That it builds is shown by test_component.py."""

import os
import subprocess
import sys

import pytest

from conftest import SDK
from jackfield_sdk import Decision, Kind, Plugin, build

WIT = SDK.joinpath("wit").resolve()
RULES = "from jackfield_sdk import Decision, Plugin\nplugin = Plugin(name='p', version='1.0.0')\nplugin.decide(lambda call: Decision.allow())\n"


def run(folder, *arguments, python=sys.executable):
    command = [python, "-m", "jackfield_sdk.build", "--wit", str(WIT), "--out", "p.wasm", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(SDK), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert not folder.joinpath("p.wasm").exists()
    return done.returncode, done.stderr


def test_a_missing_tool_is_named_with_the_command_that_gets_it(tmp_path):
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    tmp_path.joinpath("plugin.py").write_text(RULES)
    code, said = run(tmp_path, python=str(bare / "bin/python"))
    assert code == 2
    assert said.startswith("error: componentize-py is not installed for ")
    assert said.endswith("; run: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt\n")


def test_another_version_of_the_tool_is_refused(tmp_path):
    found = tmp_path / "componentize_py-0.99.0.dist-info"
    found.mkdir()
    found.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: componentize-py\nVersion: 0.99.0\n")
    tmp_path.joinpath("componentize_py.py").write_text("")
    tmp_path.joinpath("plugin.py").write_text(RULES)
    code, said = run(tmp_path)
    assert code == 2
    assert "componentize-py 0.99.0 is installed" in said
    assert f"{build.COMPONENTIZE_PY} is needed" in said


def test_an_old_python_is_told_so(tmp_path):
    # As the first lines of the package see it.
    program = "import sys; sys.version_info = (3, 9, 1); sys.argv = ['-m']; sys.path.insert(0, %r); import jackfield_sdk" % str(
        SDK
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: jackfield_sdk needs Python 3.11 or later; ")
    assert done.stderr.endswith(" is 3.9\n")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (None, 2, "error: plugin.py: no such file\n"),
        (
            "import nothing_of_this_name\n",
            1,
            "error: plugin.py cannot be imported\n  plugin.py:1 in <module>: import nothing_of",
        ),
        ("x = (\n", 1, "SyntaxError: '(' was never closed (plugin.py, line 1)"),
        ("x = 1\n", 1, "error: plugin.py: needs one variable that holds a `Plugin`; there is none\n"),
        (RULES + "other = Plugin()\n", 1, "there is `plugin`, `other`"),
        ("from jackfield_sdk import Plugin\nplugin = Plugin()\n", 1, "error: plugin.py: nothing is registered: decorate"),
        (RULES.replace("name='p', ", ""), 1, "error: plugin.py: the plugin has no name: say it in "),
    ],
)
def test_what_is_wrong_with_a_module_is_said(tmp_path, text, code, said):
    if text is not None:
        tmp_path.joinpath("plugin.py").write_text(text)
    found, message = run(tmp_path)
    assert found == code
    assert said in message
    assert "Traceback" not in message


def test_a_folder_without_the_contract_is_told(tmp_path):
    tmp_path.joinpath("plugin.py").write_text(RULES)
    code, said = run(tmp_path, "--wit", str(tmp_path))
    assert code == 2
    assert "the contract is not there (no worlds.wit)" in said


def test_a_world_for_other_kinds_is_refused(tmp_path):
    tmp_path.joinpath("plugin.py").write_text(RULES)
    code, said = run(tmp_path, "--world", "mapper-plugin")
    assert code == 1
    assert "the world `mapper-plugin` is not for what is registered (rules); leave --world out, or name rules-plugin" in said


def test_a_world_that_the_contract_does_not_have_is_written(tmp_path):
    folder, name = build._write_world(WIT, tmp_path / "wit", [Kind.MAPPER, Kind.RULES])
    text = folder.joinpath(f"{name}.wit").read_text()
    package = WIT.joinpath("worlds.wit").read_text()
    assert text.splitlines()[0] in package
    for world in ["about-only", "mapper-only", "rules-only"]:
        assert f"    include {world};\n" in text
        assert f"world {world} {{" in package
    assert {file.name for file in WIT.glob("*.wit")} < {file.name for file in folder.iterdir()}


def test_the_worlds_are_those_of_the_contract():
    package = WIT.joinpath("worlds.wit").read_text()
    for world in build._WORLDS.values():
        assert f"world {world} {{" in package
    plugin = Plugin(name="p", version="1")
    plugin.decide(lambda call: Decision.allow())
    assert build._world(plugin, None) == "rules-plugin"
    assert build._world(plugin, "of-my-own") == "of-my-own"
