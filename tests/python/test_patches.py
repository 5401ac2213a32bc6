"""PATCH bodies of identity providers and of RFC 7644, done by Jackfield and by scim2-models, as strict as it comes and with
every tolerance that it has. docs/disagreements.md lists where they part."""

from __future__ import annotations

import json
import unittest
from dataclasses import dataclass
from typing import Any

from scim2_models import Context, PatchOp, Resource, ScimPolicy

from judge import TOLERANT, Model, listed, models, read, refusal
from stage import ENTERPRISE, GROUP, PATCH, SIMULATED, TOKEN, USER, Scim, Stage

IDPS = ["entra", "okta", "generic"]

ADA: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE],
    "active": True,
    "name": {"givenName": "Ada", "familyName": "Lin"},
    "displayName": "Ada",
    "title": "Lead",
    "emails": [{"value": "ada@example.net", "type": "home", "primary": True}],
    "addresses": [
        {"type": "work", "streetAddress": "1 High Street", "locality": "London"},
        {"type": "home", "locality": "Leeds"},
    ],
    ENTERPRISE: {"department": "Voice", "manager": {"value": "m-1", "displayName": "Grace"}},
}

# Members by name; they stand for ids.
GROUP_BEFORE = ["ada", "grace"]


@dataclass(frozen=True)
class Case:
    """A PATCH, and the attributes to look at afterwards."""

    name: str
    idp: str
    look: str
    operations: list[dict[str, Any]]
    group: bool = False


def one(op: str, path: str | None = None, value: Any = ...) -> list[dict[str, Any]]:
    """A single operation."""
    operation: dict[str, Any] = {"op": op}
    if path is not None:
        operation["path"] = path
    if value is not ...:
        operation["value"] = value
    return [operation]


WORK = 'emails[type eq "work"]'
MEMBER = [{"value": "ada"}]

CASES = [
    Case("E-08", "entra", "active", one("Replace", "active", "False")),
    Case("E-09", "entra", "active", one("Replace", "active", "false")),
    Case("E-10", "entra", "active", one("Add", "active", "False")),
    Case("E-11", "entra", "active", one("replace", "active", False)),
    Case(
        "E-12",
        "entra",
        "title name",
        [*one("Replace", "title", "Chief"), *one("Add", "name.middleName", "K"), *one("Replace", "name.familyName", "Byron")],
    ),
    Case(
        "E-13",
        "entra",
        f"name {ENTERPRISE}",
        one("replace", None, {"name.familyName": "Byron", f"{ENTERPRISE}:department": "Chat"}),
    ),
    Case("E-14", "entra", "nickName name", one("add", None, {"nickName": "Ad", "name.middleName": "K"})),
    Case("E-15 add", "entra", "emails", one("Add", f"{WORK}.value", "ada@example.com")),
    Case("E-15 replace", "entra", "emails", one("Replace", f"{WORK}.value", "ada@example.com")),
    Case(
        "E-16",
        "entra",
        "emails",
        [*one("Add", f"{WORK}.primary", "True"), *one("Add", f"{WORK}.value", "ada@example.com")],
    ),
    Case("E-17", "entra", ENTERPRISE, one("Add", f"{ENTERPRISE}:manager", "m-2")),
    Case("E-18", "entra", ENTERPRISE, one("Add", "manager", [{"$ref": "http://x.example/Users/m-2", "value": "m-2"}])),
    Case("E-19", "entra", ENTERPRISE, one("Replace", f"{ENTERPRISE}:manager", "")),
    Case("E-20", "entra", "roles", one("Add", 'roles[primary eq "True"].value', "Agent")),
    Case("E-21", "entra", "roles", one("Add", "roles", [{"value": '{"id":"1","value":"Agent","displayName":"Agent"}'}])),
    Case("E-22 null", "entra", "title", one("Replace", "title", None)),
    Case("E-22 empty", "entra", "title", one("Replace", "title", "")),
    Case("O-06", "okta", "active", one("replace", None, {"active": False})),
    Case("add without path", "generic", "nickName emails", one("add", None, {"nickName": "Ad", "emails": [{"value": "a@example.com", "type": "work"}]})),
    Case("add again", "generic", "emails", one("add", "emails", [{"value": "ada@example.net", "type": "home", "primary": True}])),
    Case("add with other labels", "generic", "emails", one("add", "emails", [{"value": "ada@example.net", "type": "work"}])),
    Case("add one value", "generic", "emails", one("add", "emails", {"value": "a@example.com", "type": "work"})),
    Case("add a primary", "generic", "emails", one("add", "emails", [{"value": "a@example.com", "type": "work", "primary": True}])),
    Case("add to a single value", "generic", "title", one("add", "title", "Chief")),
    Case("add to a complex value", "generic", "name", one("add", "name", {"middleName": "K"})),
    Case("add null", "generic", "title", one("add", "title", None)),
    Case("replace a complex value in part", "generic", "name", one("replace", "name", {"familyName": "Byron"})),
    Case("replace a sub-attribute", "generic", "addresses", one("replace", 'addresses[type eq "work"].streetAddress', "2 Low Road")),
    Case("replace an element", "generic", "addresses", one("replace", 'addresses[type eq "work"]', {"type": "work", "locality": "York"})),
    Case("replace all elements", "generic", "emails", one("replace", "emails", [{"value": "a@example.com", "type": "work"}])),
    Case("replace with an empty list", "generic", "addresses", one("replace", "addresses", [])),
    Case("replace unmatched", "generic", "emails", one("replace", 'emails[value co "nobody"].display', "x")),
    Case("replace across elements", "generic", "addresses", one("replace", "addresses.locality", "York")),
    Case("replace what is not there", "generic", "nickName", one("replace", "nickName", "Ad")),
    Case("replace an extension", "generic", ENTERPRISE, one("replace", ENTERPRISE, {"costCenter": "7"})),
    Case("replace the manager's id", "generic", ENTERPRISE, one("replace", f"{ENTERPRISE}:manager.value", "m-2")),
    Case("replace the manager", "generic", ENTERPRISE, one("replace", f"{ENTERPRISE}:manager", {"value": "m-2"})),
    Case("replace id", "generic", "title", [*one("replace", "id", "x"), *one("replace", "title", "Chief")]),
    Case("replace meta", "generic", "title", [*one("replace", "meta.created", "2011-05-13T04:42:34Z"), *one("replace", "title", "Chief")]),
    Case("replace schemas", "generic", "schemas", one("replace", "schemas", [USER])),
    Case("remove", "generic", "title", one("remove", "title")),
    Case("remove what is not there", "generic", "nickName", one("remove", "nickName")),
    Case("remove all elements", "generic", "addresses", one("remove", "addresses")),
    Case("remove an element", "generic", "addresses", one("remove", 'addresses[type eq "home"]')),
    Case("remove unmatched", "generic", "addresses", one("remove", 'addresses[type eq "other"]')),
    Case("remove a sub-attribute", "generic", "addresses", one("remove", 'addresses[type eq "work"].streetAddress')),
    Case("remove by value", "generic", "addresses", one("remove", "addresses", [{"type": "home"}])),
    Case("remove an extension", "generic", ENTERPRISE, one("remove", ENTERPRISE)),
    Case("remove what is required", "generic", "userName", one("remove", "userName")),
    Case("remove without path", "generic", "title", one("remove")),
    Case("an unknown attribute", "generic", "title", one("replace", "favourite", "x")),
    Case("an unknown attribute without path", "generic", "title", one("replace", None, {"favourite": "x", "title": "Chief"})),
    Case("an unknown operation", "generic", "title", one("move", "title", "x")),
    Case("a wrong type", "generic", "title", one("replace", "title", 5)),
    Case("names in any case", "generic", "emails", one("REPLACE", 'EMAILS[Type eq "HOME"].VALUE', "a@example.org")),
    Case("nothing done", "generic", "title", []),
    Case("all or nothing", "generic", "title", [*one("replace", "title", "Chief"), *one("replace", "favourite", "x")]),
    Case("members: add", "generic", "members", one("add", "members", [{"value": "alan"}]), group=True),
    Case("members: add again", "generic", "members", one("add", "members", MEMBER), group=True),
    Case("members: remove by filter", "generic", "members", one("remove", 'members[value eq "ada"]'), group=True),
    Case("members: E-27", "entra", "members", one("Remove", "members", MEMBER), group=True),
    Case("members: remove all", "generic", "members", one("remove", "members"), group=True),
    Case("members: remove all, Entra", "entra", "members", one("Remove", "members"), group=True),
    Case("members: replace", "generic", "members", one("replace", "members", [{"value": "alan"}]), group=True),
    Case("members: replace with nobody", "generic", "members", one("replace", "members", []), group=True),
    Case("members: rename", "entra", "displayName", one("Replace", None, {"id": "x", "displayName": "Chat"}), group=True),
]


class Side:
    """One connection: Jackfield, and scim2-models with what Jackfield tells of itself."""

    def __init__(self, base: str, idp: str) -> None:
        self.scim = Scim(f"{base}/{idp}/idp/scim/v2", TOKEN)
        self.models = models(self.scim)
        self.ids = {name: self._user(name)["id"] for name in ("ada", "grace", "alan")}
        self.names = {id_: name for name, id_ in self.ids.items()}

    def _user(self, name: str) -> dict[str, Any]:
        body = {**ADA, "userName": f"{name}@example.com"}
        return dict(self.scim.send("POST", "/Users", body).ok(201))

    def make(self, case: Case) -> tuple[str, dict[str, Any]]:
        """What the case starts from: its path, and it as answered."""
        if case.group:
            members = [{"value": self.ids[name]} for name in GROUP_BEFORE]
            body = {"schemas": [GROUP], "displayName": f"Group {case.name}", "members": members}
            group = self.scim.send("POST", "/Groups", body).ok(201)
            return f"/Groups/{group['id']}", group
        user = self._user(case.name.replace(" ", "-"))
        return f"/Users/{user['id']}", user

    def body(self, case: Case) -> dict[str, Any]:
        """The body, ids in place of names."""
        text = json.dumps(case.operations)
        if case.group:
            for name, id_ in self.ids.items():
                text = text.replace(f'"{name}"', f'"{id_}"').replace(f'\\"{name}\\"', f'\\"{id_}\\"')
        return {"schemas": [PATCH], "Operations": json.loads(text)}

    def seen(self, case: Case, resource: dict[str, Any]) -> str:
        """The attributes that are looked at, as they are told in the paper."""
        parts = []
        for name in case.look.split():
            value = resource.get(name)
            if name == "members":
                value = sorted(self.names[member["value"]] for member in value or [])
            parts.append(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
        return " ".join(parts)

    def ours(self, case: Case) -> tuple[str, dict[str, Any]]:
        """What Jackfield does, and what it started from."""
        path, before = self.make(case)
        answer = self.scim.send("PATCH", path, self.body(case))
        if answer.status >= 300:
            assert self.scim.send("GET", path).body == before, f"{case.name}: refused, and changed"
            return f"{answer.status} {answer.body.get('scimType', '')}".strip(), before
        return self.seen(case, self.scim.send("GET", path).ok(200)), before

    def theirs(self, case: Case, before: dict[str, Any], policy: ScimPolicy | None) -> str:
        """What scim2-models does."""
        model: Model = self.models["Group" if case.group else "User"]
        try:
            resource: Resource[Any] = read(model, before)
            patch: Any = PatchOp[model]  # type: ignore[valid-type]
            context = Context.RESOURCE_PATCH_REQUEST
            patch = patch.model_validate(self.body(case), scim_ctx=context, scim_policy=policy)
            patch.patch(resource, scim_policy=policy)
            return self.seen(case, resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))
        except Exception as error:  # noqa: BLE001 - whatever it raises is its opinion
            return refusal(error)


class Patches(unittest.TestCase):
    """The paper's table is what is found, no more and no less."""

    def test_the_paper_lists_every_disagreement(self) -> None:
        stage = self.enterContext(Stage())
        text = "".join(
            SIMULATED.format(simulator=stage.simulator(), idp=idp, token=TOKEN).replace("acme", idp)
            + f'[[tenants.{idp}.connections.idp.plugins]]\nuse = "{idp}"\n'
            for idp in IDPS
        )
        base = stage.serve(text)
        sides = {idp: Side(base, idp) for idp in IDPS}
        found = []
        for case in CASES:
            side = sides[case.idp]
            ours, before = side.ours(case)
            strict = side.theirs(case, before, None)
            tolerant = side.theirs(case, before, TOLERANT)
            if not ours == strict == tolerant:
                same = "as Jackfield"
                rest = [same if theirs == ours else theirs for theirs in (strict, tolerant)]
                found.append([case.name, json.dumps(case.operations, separators=(",", ":")), ours, *rest])
        self.maxDiff = None
        self.assertEqual(found, [row[:5] for row in listed("PATCH")])
        print(f"\nscim2-models: {len(CASES)} patches, {len(found)} disagreements, all of them known")


if __name__ == "__main__":
    unittest.main()
