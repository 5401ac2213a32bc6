"""A table of cases under pytest and unittest: what passes, what fails and says why, what is skipped."""

import json
import os
import subprocess
import sys

import pytest

from conftest import SDK

PLUGIN = """
from jackfield_sdk import Decision, Plugin, log

plugin = Plugin({"type": "object"}, name="p", version="1.0.0")


@plugin.decide
def decide(call):
    log.info("asked")
    if call.settings.get("broken"):
        raise KeyError("ada")
    if call.target.team == "Leads":
        return Decision.deny("team", "no").fix("ask")
    return Decision.allow()
"""
TEST = "from jackfield_sdk.testing import cases\nfrom plugin import plugin\n\ntest_case = cases(plugin)\n"


@pytest.fixture
def project(pytester):
    """Writes a plugin's folder with these cases."""

    def write(*table, **files):
        pytester.makepyfile(plugin=PLUGIN)
        pytester.makepyprojecttoml(f'[tool.pytest.ini_options]\npythonpath = [".", {json.dumps(str(SDK))}]\n')
        for name, cases in (files or {"table": {"cases": list(table)}}).items():
            pytester.mkdir("cases") if not pytester.path.joinpath("cases").exists() else None
            pytester.path.joinpath("cases", f"{name}.json").write_text(json.dumps(cases), "utf-8")
        pytester.mkdir("tests").joinpath("test_cases.py").write_text(TEST, "utf-8")
        return pytester

    return write


def run(project):
    return project.runpytest_subprocess("-p", "no:cacheprovider", "-rs", "--no-header")


def test_cases_that_hold_pass_under_their_names(project):
    done = project(
        {"name": "Leads is refused", "given": {"target": {"team": "Leads"}}, "expect": {"verdict": "deny", "fix": "ask"}},
        {"name": "others pass", "expect": {"verdict": "allow", "log": ["info: asked"]}},
    ).runpytest_subprocess("-v", "-p", "no:cacheprovider")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["*test_case[[]table.json: Leads is refused[]] PASSED*"])


def test_a_case_that_fails_names_file_case_and_what_came(project):
    done = run(project({"name": "wrong", "expect": {"verdict": "deny", "attribute": "team"}}))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "table.json: wrong (decide)",
            '  verdict: expected "deny", got "allow"',
            '  attribute: expected "team", got null',
            "  logged:",
            "    info: asked",
        ]
    )
    assert "jackfield_sdk/testing.py" not in done.stdout.str()


def test_an_exception_is_told_with_its_traceback(project):
    done = run(project({"name": "broken", "given": {"settings": {"broken": True}}, "expect": {"verdict": "allow"}}))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            '  error: expected none, got {"code": "internal", "message": "KeyError: \'ada\' (plugin.py:*)"}',
            '    error:   plugin.py:* in decide: raise KeyError("ada")',
            "    error: KeyError: 'ada'",
        ]
    )


def test_an_ending_is_skipped_and_says_so(project):
    done = run(project({"name": "too long", "expect": {"ending": {"kind": "limit"}}}))
    done.assert_outcomes(skipped=1)
    done.stdout.fnmatch_lines(["*expects an ending, which only a component has: jackfield plugin test"])


def test_a_bad_file_ends_the_run_and_is_named(project):
    done = run(project({"name": "typo", "expect": {"verdikt": "allow"}}))
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*CaseError: table.json: typo: expect: unknown member `verdikt`; known are verdict, *"])


def test_all_files_of_the_folder_are_read_in_order(project):
    case = {"cases": [{"name": "one", "expect": {"verdict": "allow"}}]}
    done = project(b=case, a=case).runpytest_subprocess("-v", "-p", "no:cacheprovider")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["*a.json: one*", "*b.json: one*"])


def test_a_folder_without_cases_is_an_error(project):
    done = run(project(**{"none": {"cases": []}}))
    done.stdout.fnmatch_lines(["*none.json: `cases` must be a list of at least one case"])


def test_unittest_runs_the_same_table(project):
    folder = project(
        {"name": "holds", "expect": {"verdict": "allow"}},
        {"name": "fails", "expect": {"verdict": "deny"}},
        {"name": "ends", "expect": {"ending": {}}},
    ).path
    done = subprocess.run(
        [sys.executable, "-m", "unittest", "discover", "-v", "tests"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f".{os.pathsep}{SDK}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Ran 3 tests" in done.stderr
    assert "FAILED (failures=1, skipped=1)" in done.stderr
    assert 'table.json: fails (decide)\n  verdict: expected "deny", got "allow"' in done.stderr
