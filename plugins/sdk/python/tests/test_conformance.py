"""The one reader of case files, as all four languages have it: plugins/sdk/conformance."""

import json
from pathlib import Path

import pytest

from jackfield_sdk.cases import CaseError, read
from jackfield_sdk.testing import Outcome, differences

FOLDER = Path(__file__).parents[2] / "conformance"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
ALL = ["to-target", "to-source", "choose", "decide"]


def exports(entry):
    return entry.get("exports", ALL)


@pytest.mark.parametrize("entry", [e for e in MANIFEST["files"] if "cases" in e], ids=lambda entry: entry["file"])
def test_good_files_are_filled_in(entry):
    found = read(FOLDER / entry["file"], exports(entry))
    assert [case.name for case in found] == [case["name"] for case in entry["cases"]]
    for case, wanted in zip(found, entry["cases"], strict=True):
        assert (case.export, case.input) == (wanted["export"], wanted["input"]), case.name
        assert ("ending" in case.expect) == wanted.get("skippedNatively", False)
        if "directory" in wanted:
            assert shown(case.directory) == wanted["directory"], case.name


def shown(directory):
    def named(every):
        return [{"id": one.id, "name": one.name} for one in every]

    return {
        "version": directory.version(),
        "roles": [{"id": role.id, "name": role.name, "status": role.status} for role in directory.roles()],
        "teams": named(directory.teams()),
        "loginAuthenticators": named(directory.login_authenticators()),
        "templates": directory.templates(),
        "defaultRole": directory.default_role(),
    }


@pytest.mark.parametrize("entry", [e for e in MANIFEST["files"] if "says" in e], ids=lambda entry: entry["file"])
def test_bad_files_are_refused_by_name(entry):
    with pytest.raises(CaseError) as refused:
        read(FOLDER / entry["file"], exports(entry))
    for text in [entry["file"], *entry["says"]]:
        assert text in str(refused.value)


def test_every_file_is_in_the_manifest():
    named = {entry["file"] for entry in MANIFEST["files"]}
    assert named == {file.name for file in FOLDER.glob("*.json")} - {"manifest.json"}


@pytest.mark.parametrize("entry", MANIFEST["comparisons"], ids=lambda entry: entry["name"])
def test_comparisons(entry):
    different = differences(entry["expect"], Outcome(entry["output"], entry.get("log", [])))
    assert sorted(different) == entry["differs"]
