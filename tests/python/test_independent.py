"""Jackfield provisions into a SCIM server that nobody here wrote: scim2-server takes the place of CXone.

What counts is what that server holds in the end, asked of it directly.
"""

from __future__ import annotations

import unittest
from typing import Any

from stage import ENTERPRISE, TOKEN, UPSTREAM_TOKEN, USER, Scim, Stage

CONFIGURATION = """
[tenants.{idp}.cxone]
api = "scim"
base_url = "{server}/{idp}"
scim_path = "/v2"
auth = "bearer"
token = "{upstream_token}"
default_role = ""

[tenants.{idp}.connections.{idp}]
idp = "{idp}"
token = "{token}"

[[tenants.{idp}.connections.{idp}.plugins]]
use = "{mapper}"
"""

IDPS = {"entra": "entra", "okta": "okta"}

GRACE = {
    "schemas": [USER, ENTERPRISE],
    "userName": "grace@example.com",
    "externalId": "hr-7",
    "name": {"givenName": "Grace", "familyName": "Ho", "honorificPrefix": "Dr."},
    "emails": [
        {"value": "grace@example.com", "type": "work", "primary": True},
        {"value": "grace@example.net", "type": "home"},
    ],
    "nickName": "Gigi",
    "title": "Captain",
    "locale": "en-GB",
    "timezone": "Europe/London",
    "active": True,
    ENTERPRISE: {"department": "Navy", "employeeNumber": "7"},
}


def without(user: dict[str, Any], *names: str) -> dict[str, Any]:
    """A user without what the server makes, and without other members."""
    return {name: value for name, value in user.items() if name not in ("id", "meta", "schemas", *names)}


class Independent(unittest.TestCase):
    """Both dialects against one server, a tenant for each."""

    stage: Stage
    upstream: dict[str, Scim]
    jackfield: dict[str, Scim]

    @classmethod
    def setUpClass(cls) -> None:
        cls.stage = cls.enterClassContext(Stage())
        server = cls.stage.independent(*IDPS)
        text = "".join(
            CONFIGURATION.format(idp=idp, mapper=mapper, server=server, token=TOKEN, upstream_token=UPSTREAM_TOKEN)
            for idp, mapper in IDPS.items()
        )
        base = cls.stage.serve(text)
        cls.upstream = {idp: Scim(f"{server}/{idp}/v2", UPSTREAM_TOKEN) for idp in IDPS}
        cls.jackfield = {idp: Scim(f"{base}/{idp}/{idp}/scim/v2", TOKEN) for idp in IDPS}

    def held(self, idp: str, user_name: str) -> dict[str, Any]:
        """The one user of this name in the server."""
        users = [user for user in self.everybody(idp) if user["userName"] == user_name]
        self.assertEqual(len(users), 1, f"{user_name}: {users}")
        return users[0]

    def everybody(self, idp: str) -> list[dict[str, Any]]:
        """Everybody in the server."""
        return list(self.upstream[idp].send("GET", "/Users?count=1000").ok(200)["Resources"])

    def test_entra_cycle(self) -> None:
        """Entra's default dialect: match, POST, PATCH with capital operations and texts for booleans."""
        idp, entra = "entra", self.jackfield["entra"]
        there = self.upstream[idp].send("POST", "/Users", GRACE).ok(201)

        # The probe of the connection test, then the match that finds nobody: nothing is made by looking.
        self.assertEqual(entra.find("Users", 'userName eq "5d2e8c3a-6f0b-4c9e-9f5a-0d1c2b3a4f5e"'), [])
        self.assertEqual(entra.find("Users", 'userName eq "ada@example.com"'), [])
        self.assertEqual(len(self.everybody(idp)), 1)

        ada = entra.send(
            "POST",
            "/Users",
            {
                "schemas": [USER, ENTERPRISE],
                "externalId": "ada",
                "userName": "ada@example.com",
                "active": True,
                "displayName": "Ada Lin",
                "emails": [{"primary": True, "type": "work", "value": "ada@example.com"}],
                "meta": {"resourceType": "User"},
                "name": {"formatted": "Ada Lin", "familyName": "Lin", "givenName": "Ada"},
                "roles": [],
                ENTERPRISE: {"department": "Voice"},
            },
        ).ok(201)
        made = self.held(idp, "ada@example.com")
        self.assertEqual(
            without(made, "displayName"),
            {
                "userName": "ada@example.com",
                "name": {"givenName": "Ada", "familyName": "Lin"},
                "emails": [{"value": "ada@example.com", "type": "work", "primary": True}],
                "active": True,
            },
        )
        path = f"/Users/{ada['id']}"
        self.assertEqual(entra.send("GET", path).ok(200)["externalId"], "ada")

        entra.patch(
            path,
            {"op": "Replace", "path": "name.familyName", "value": "Lovelace"},
            {"op": "Add", "path": 'emails[type eq "work"].value', "value": "ada.lovelace@example.com"},
        ).ok()
        held = self.held(idp, "ada@example.com")
        self.assertEqual(held["name"]["familyName"], "Lovelace")
        self.assertEqual([mail["value"] for mail in held["emails"]], ["ada.lovelace@example.com"])

        before = self.held(idp, "ada@example.com")
        entra.patch(path, {"op": "Replace", "path": "active", "value": "False"}).ok()
        left = self.held(idp, "ada@example.com")
        self.assertIs(left["active"], False)
        self.assertEqual(without(left, "active"), without(before, "active"))

        entra.patch(path, {"op": "Replace", "path": "active", "value": "True"}).ok()
        self.assertEqual(without(self.held(idp, "ada@example.com")), without(before))

        entra.patch(path, {"op": "Replace", "path": "userName", "value": "ada.lovelace@example.com"}).ok()
        renamed = self.held(idp, "ada.lovelace@example.com")
        self.assertEqual(renamed["id"], made["id"])

        # A cycle in which nothing has changed writes nothing.
        entra.patch(path, {"op": "Replace", "path": "name.familyName", "value": "Lovelace"}).ok()
        self.assertEqual(self.held(idp, "ada.lovelace@example.com"), renamed)

        # Somebody who is there already: found by name in any case, taken over by the first write, kept as they are else.
        found = entra.find("Users", 'userName eq "Grace@Example.com"')
        self.assertEqual(len(found), 1)
        self.assertEqual(self.held(idp, "grace@example.com"), there)
        entra.patch(
            f"/Users/{found[0]['id']}",
            {"op": "Replace", "path": "userName", "value": "grace@example.com"},
            {"op": "Replace", "path": "name.givenName", "value": "Grace"},
            {"op": "Replace", "path": "name.familyName", "value": "Hopper"},
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "grace@example.com"},
        ).ok()
        taken = self.held(idp, "grace@example.com")
        expected = {**GRACE, "name": {**GRACE["name"], "familyName": "Hopper"}}
        self.assertEqual(without(taken), without(expected))
        self.assertEqual(taken["id"], there["id"])

        # Deletion is deactivation, and a deleted person's name comes back as the same person.
        entra.send("DELETE", path).ok(204)
        gone = self.held(idp, "ada.lovelace@example.com")
        self.assertEqual((gone["id"], gone["active"]), (made["id"], False))
        entra.send("GET", path).ok(404)
        self.assertEqual(len(self.everybody(idp)), 2)

    def test_okta_cycle(self) -> None:
        """Okta's own dialect: a look-up of the name, POST, PUT of everything."""
        idp, okta = "okta", self.jackfield["okta"]
        there = self.upstream[idp].send("POST", "/Users", GRACE).ok(201)

        def profile(user_name: str, given: str, family: str, active: bool = True) -> dict[str, Any]:
            return {
                "schemas": [USER],
                "userName": user_name,
                "name": {"givenName": given, "familyName": family},
                "emails": [{"primary": True, "value": user_name, "type": "work"}],
                "displayName": f"{given} {family}",
                "locale": "en-US",
                "externalId": f"00u{given}",
                "groups": [],
                "active": active,
            }

        self.assertEqual(okta.find("Users", 'userName eq "ada@example.com"'), [])
        created = profile("ada@example.com", "Ada", "Lin")
        ada = okta.send("POST", "/Users", {**created, "password": "1mz050nq"}).ok(201)
        self.assertNotIn("password", ada)
        path = f"/Users/{ada['id']}"
        made = self.held(idp, "ada@example.com")
        self.assertEqual(made["name"], {"givenName": "Ada", "familyName": "Lin"})
        self.assertEqual([mail["value"] for mail in made["emails"]], ["ada@example.com"])
        self.assertNotIn("externalId", made)

        read = okta.send("GET", path).ok(200)
        okta.send("PUT", path, {**profile("ada@example.com", "Ada", "Lovelace"), "id": read["id"]}).ok(200)
        self.assertEqual(self.held(idp, "ada@example.com")["name"]["familyName"], "Lovelace")

        okta.send("PUT", path, {**profile("ada@example.com", "Ada", "Lovelace", active=False), "id": read["id"]}).ok(200)
        self.assertIs(self.held(idp, "ada@example.com")["active"], False)
        okta.patch(path, {"op": "replace", "value": {"active": True}}).ok()
        self.assertIs(self.held(idp, "ada@example.com")["active"], True)

        okta.send("PUT", path, {**profile("countess@example.com", "Ada", "Lovelace"), "id": read["id"]}).ok(200)
        renamed = self.held(idp, "countess@example.com")
        self.assertEqual((renamed["id"], renamed["active"]), (made["id"], True))
        okta.send("PUT", path, {**profile("countess@example.com", "Ada", "Lovelace"), "id": read["id"]}).ok(200)
        self.assertEqual(self.held(idp, "countess@example.com"), renamed)

        found = okta.find("Users", 'userName eq "grace@example.com"')
        self.assertEqual(len(found), 1)
        grace = f"/Users/{found[0]['id']}"
        okta.send("PUT", grace, {**profile("grace@example.com", "Grace", "Hopper"), "id": found[0]["id"]}).ok(200)
        taken = self.held(idp, "grace@example.com")
        self.assertEqual(taken["id"], there["id"])
        self.assertEqual(taken["name"], {**GRACE["name"], "familyName": "Hopper"})
        for member in ("nickName", "title", "externalId", "emails", ENTERPRISE):
            self.assertEqual(taken[member], GRACE[member], member)

        # Who is active is a conflict: nobody is made twice.
        okta.send("POST", "/Users", profile("grace@example.com", "Grace", "Hopper")).ok(409)
        self.assertEqual(len(self.everybody(idp)), 2)


if __name__ == "__main__":
    unittest.main()
