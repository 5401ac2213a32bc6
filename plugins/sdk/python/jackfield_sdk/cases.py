"""Case files: a table of cases that people write by hand, the same for a native run in every language and for a component.

``plugins/sdk/cases.schema.json`` is their JSON Schema. What is wrong with a file names the file and the case.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .host import LoginAuthenticator, Role, Snapshot, Team

DOCUMENTS = ("source", "remembered", "draft", "target", "sourceBefore", "held", "settings", "facts")
"""The members that are documents."""
_OPTIONAL = ("remembered", "sourceBefore", "held")
_TEXTS = ("connection", "idp", "operation", "moment")
_GIVEN = {**dict.fromkeys(DOCUMENTS, dict), **dict.fromkeys(_TEXTS, str), "groups": list, "directory": dict}

DEFAULTS: dict[str, Any] = {
    "connection": "test",
    "idp": "generic",
    "operation": "create",
    "moment": "2026-01-01T00:00:00Z",
    "source": {},
    "target": {},
    "draft": {},
    "settings": {},
    "facts": {},
    "groups": [],
}
"""What is not given."""

_MAPPED = ("connection", "idp", "remembered", "draft", "settings", "facts")
_DECIDED = (
    "connection",
    "idp",
    "operation",
    "source",
    "sourceBefore",
    "target",
    "held",
    "groups",
    "moment",
    "settings",
    "facts",
)

INPUTS = {
    "to-target": (*_MAPPED, "source", "groups"),
    "to-source": (*_MAPPED, "target"),
    "choose": _DECIDED,
    "decide": _DECIDED,
}
"""The members that each export takes."""

OUTPUTS = {
    "to-target": ("target",),
    "to-source": ("source",),
    "choose": ("template", "reason"),
    "decide": ("verdict", "warnings", "target", "status", "scimType", "detail", "attribute", "fix"),
}
"""The members of each export's answer."""

_VERDICTS = ("allow", "amend", "defer", "deny")
FAILURES = {"error": ("code", "message", "attribute"), "ending": ("kind", "message")}
"""What comes in place of an answer, and its members."""

# What tells the export, in the order in which it is looked at: an amended target comes with a verdict.
_TELLS = {"verdict": "decide", "template": "choose", "source": "to-source", "target": "to-target"}


class CaseError(Exception):
    """A case file is no such file."""


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    file: str
    name: str
    export: str
    input: dict[str, Any]
    """The members that the export takes, whole."""
    directory: Snapshot
    expect: dict[str, Any]

    @property
    def title(self) -> str:
        """File and name."""
        return f"{self.file}: {self.name}"


def read(path: Path, exports: list[str]) -> list[Case]:
    """The cases of a file, or of every ``*.json`` of a folder, for a plugin with these exports."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files or not path.exists():
        raise CaseError(f"{path}: no case files; a case file is a `*.json` with a list `cases`")
    return [case for file in files for case in _file(file, exports)]


def _file(file: Path, exports: list[str]) -> list[Case]:
    try:
        table = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise CaseError(f"{file.name}: not JSON: {error}") from None
    _members(file.name, table, ("$schema", "given", "cases"))
    shared = _given(file.name, table.get("given", {}))
    cases = table.get("cases")
    if not isinstance(cases, list) or not cases:
        raise CaseError(f"{file.name}: `cases` must be a list of at least one case")
    found: dict[str, Case] = {}
    for number, entry in enumerate(cases, 1):
        case = _case(f"{file.name}: case {number}", file.name, entry, shared, exports)
        if case.name in found:
            raise CaseError(f"{case.title}: the name is there twice")
        found[case.name] = case
    return list(found.values())


def _case(place: str, file: str, entry: Any, shared: dict[str, Any], exports: list[str]) -> Case:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not name:
        raise CaseError(f"{place}: has no name")
    place = f"{file}: {name}"
    _members(place, entry, ("name", "export", "given", "expect"))
    given = {**DEFAULTS, **shared, **_given(place, entry.get("given", {}))}
    directory = given.pop("directory", Snapshot())
    expect = entry.get("expect")
    if not isinstance(expect, dict) or not expect:
        raise CaseError(f"{place}: `expect` must be an object with at least one member")
    export = entry.get("export", _told(expect, exports))
    if export is None:
        raise CaseError(f"{place}: `export` must say what is called: {', '.join(exports)}")
    if export not in OUTPUTS:
        raise CaseError(f"{place}: `export` is one of {', '.join(OUTPUTS)}, not {json.dumps(export)}")
    if export not in exports:
        raise CaseError(f"{place}: the plugin has no {export}; it has {', '.join(exports)}")
    _expected(f"{place}: expect", expect, export)
    input = {member: given[member] for member in INPUTS[export] if given.get(member) is not None}
    return Case(file, name, export, input, directory, expect)


def _told(expect: dict[str, Any], exports: list[str]) -> str | None:
    """The export that an expectation, or the plugin's having no other, tells."""
    told = next((export for member, export in _TELLS.items() if member in expect), None)
    return told or (exports[0] if len(exports) == 1 else None)


def _expected(place: str, expect: dict[str, Any], export: str) -> None:
    failure = next((name for name in FAILURES if name in expect), None)
    if failure is None:
        _members(place, expect, (*OUTPUTS[export], "error", "ending", "log"))
    else:
        _members(place, expect, (failure, "log"))
        _members(f"{place}.{failure}", expect[failure], FAILURES[failure])
    if expect.get("verdict", "allow") not in _VERDICTS:
        raise CaseError(f"{place}.verdict: is one of {', '.join(_VERDICTS)}, not {json.dumps(expect['verdict'])}")
    lines = expect.get("log", [])
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise CaseError(f'{place}.log: must be a list of texts as "info: what was said"')


def _given(place: str, given: Any) -> dict[str, Any]:
    _members(f"{place}: given", given, tuple(_GIVEN))
    for name, value in given.items():
        if not isinstance(value, _GIVEN[name]) and not (value is None and name in _OPTIONAL):
            word = {dict: "an object", str: "a text", list: "a list"}[_GIVEN[name]]
            raise CaseError(f"{place}: given.{name}: must be {word}")
    read = dict(given)
    if "groups" in given:
        read["groups"] = _groups(f"{place}: given.groups", given["groups"])
    if "directory" in given:
        read["directory"] = snapshot(f"{place}: given.directory", given["directory"])
    return read


def _members(place: str, value: Any, known: tuple[str, ...]) -> None:
    if not isinstance(value, dict):
        raise CaseError(f"{place}: must be an object")
    for name in value:
        if name not in known:
            raise CaseError(f"{place}: unknown member `{name}`; known are {', '.join(known)}")


def _groups(place: str, groups: list[Any]) -> list[dict[str, Any]]:
    """Groups as the host hands them out. A text is a group's name."""
    found = []
    for number, group in enumerate(groups, 1):
        group = {"displayName": group} if isinstance(group, str) else group
        _members(f"{place}[{number - 1}]", group, ("id", "externalId", "displayName"))
        _all_texts(f"{place}[{number - 1}]", group)
        found.append({"id": f"g{number}", "displayName": ""} | group)
    return found


def snapshot(place: str, directory: dict[str, Any]) -> Snapshot:
    """A directory. A text is a role's, team's or login authenticator's name."""
    known = ("version", "roles", "teams", "loginAuthenticators", "templates", "defaultRole")
    _members(place, directory, known)

    def named(member: str, make: Callable[..., Any], *fields: str) -> tuple[Any, ...]:
        found = []
        for number, one in enumerate(_list(f"{place}.{member}", directory[member]), 1):
            one = {"name": one} if isinstance(one, str) else one
            _members(f"{place}.{member}[{number - 1}]", one, ("id", "name", *fields))
            _all_texts(f"{place}.{member}[{number - 1}]", one)
            if "name" not in one:
                raise CaseError(f"{place}.{member}[{number - 1}]: has no name")
            found.append(make(**{"id": str(number), **one}))
        return tuple(found)

    given: dict[str, Any] = {}
    if "roles" in directory:
        given["all_roles"] = named("roles", Role, "status")
    if "teams" in directory:
        given["all_teams"] = named("teams", Team)
    if "loginAuthenticators" in directory:
        given["all_login_authenticators"] = named("loginAuthenticators", LoginAuthenticator)
    if "templates" in directory:
        given["all_templates"] = tuple(_list(f"{place}.templates", directory["templates"]))
    _all_texts(place, {name: directory[name] for name in ("version", "defaultRole") if name in directory})
    if "defaultRole" in directory:
        given["role_by_default"] = directory["defaultRole"]
    if "version" in directory:
        given["its_version"] = directory["version"]
    return Snapshot(**given)


def _list(place: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise CaseError(f"{place}: must be a list")
    return value


def _all_texts(place: str, members: dict[str, Any]) -> None:
    for name, value in members.items():
        if not isinstance(value, str):
            raise CaseError(f"{place}.{name}: must be a text")
