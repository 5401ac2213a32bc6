"""scim2 (scim2-cli), a client that nobody here wrote, and the simulator as the witness of what reaches CXone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unittest
import urllib.request
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from scim2_cli import cli

from stage import SIMULATED, TOKEN, Scim, Stage

PLUGIN = '[[tenants.acme.connections.idp.plugins]]\nuse = "generic"\n'


class Client(unittest.TestCase):
    """Creates, queries, modifies, replaces, searches, sends in bulk and deletes, as the command line does."""

    simulator: str
    base: str

    @classmethod
    def setUpClass(cls) -> None:
        stage = cls.enterClassContext(Stage())
        cls.simulator = stage.simulator()
        base = stage.serve(SIMULATED.format(simulator=cls.simulator, idp="generic", token=TOKEN) + PLUGIN)
        cls.base = f"{base}/acme/idp/scim/v2"

    def environment(self) -> dict[str, str]:
        """Where the client goes, and with what."""
        return {"SCIM_CLI_URL": self.base, "SCIM_CLI_HEADERS": f"Authorization: Bearer {TOKEN}"}

    def run_scim2(self, *arguments: str, stdin: str | None = None) -> Result:
        """The command, within this process: starting Python anew takes nine times as long."""
        return CliRunner().invoke(cli, arguments, input=stdin or "", env=self.environment())

    def scim2(self, *arguments: str, stdin: str | None = None) -> Any:
        """What the client prints, if it ends well."""
        done = self.run_scim2(*arguments, stdin=stdin)
        self.assertEqual(done.exit_code, 0, f"{arguments}: {done.output}")
        return json.loads(done.stdout) if done.stdout.strip().startswith("{") else None

    def in_cxone(self, user_name: str) -> dict[str, Any]:
        """The user of this name in the simulator."""
        with urllib.request.urlopen(f"{self.simulator}/simulator/state", timeout=60) as answer:
            users = json.load(answer)["users"]
        found = [user for user in users if user["userName"] == user_name]
        self.assertEqual(len(found), 1, f"{user_name}: {users}")
        return dict(found[0])

    def create(self, user_name: str, given: str, family: str) -> dict[str, Any]:
        return dict(
            self.scim2(
                "create",
                "user",
                "--user-name",
                user_name,
                "--name",
                json.dumps({"givenName": given, "familyName": family}),
                "--emails",
                json.dumps([{"value": user_name, "type": "work", "primary": True}]),
            )
        )

    def test_a_user_and_a_group_live_and_go(self) -> None:
        ada = self.create("ada@example.com", "Ada", "Lin")
        self.assertEqual(self.in_cxone("ada@example.com")["name"]["givenName"], "Ada")

        self.assertEqual(self.scim2("query", "user", ada["id"]), ada)
        found = self.scim2("query", "user", "--filter", 'userName eq "ADA@example.com"')
        self.assertEqual([user["id"] for user in found["Resources"]], [ada["id"]])
        searched = self.scim2("search", "--filter", 'emails.value sw "ada@"', "--attribute", "userName")
        self.assertEqual([user["userName"] for user in searched["Resources"]], ["ada@example.com"])

        group = self.scim2("create", "group", "--display-name", "Voice")
        member = json.dumps([{"value": ada["id"], "type": "User"}])
        self.scim2("modify", "group", group["id"], "add", "members", member)
        group = self.scim2("query", "group", group["id"])
        self.assertEqual([one["value"] for one in group["members"]], [ada["id"]])
        groups = self.scim2("query", "user", ada["id"])["groups"]
        self.assertEqual([(one["value"], one["display"]) for one in groups], [(group["id"], "Voice")])

        modified = self.scim2("modify", "user", ada["id"], "replace", "name.familyName", "Lovelace", "add", "title", "Countess")
        self.assertEqual((modified["name"]["familyName"], modified["title"]), ("Lovelace", "Countess"))
        self.assertEqual(self.in_cxone("ada@example.com")["name"]["familyName"], "Lovelace")

        whole = {name: value for name, value in modified.items() if name not in ("meta", "groups", "title")}
        replaced = self.scim2("replace", "user", stdin=json.dumps(whole))
        self.assertNotIn("title", replaced)

        self.scim2("modify", "user", ada["id"], "replace", "active", "false")
        self.assertIs(self.in_cxone("ada@example.com")["active"], False)
        # What is taken back is not told any more, and lets nobody in.
        unsaid = self.scim2("modify", "user", ada["id"], "remove", "active")
        self.assertNotIn("active", unsaid)
        self.scim2("modify", "user", ada["id"], "add", "title", "Countess")
        self.assertIs(self.in_cxone("ada@example.com")["active"], False)
        self.scim2("modify", "user", ada["id"], "replace", "active", "true")
        self.assertIs(self.in_cxone("ada@example.com")["active"], True)

        self.scim2("modify", "group", group["id"], "remove", f'members[value eq "{ada["id"]}"]')
        self.assertNotIn("groups", self.scim2("query", "user", ada["id"]))
        self.scim2("delete", "group", group["id"])
        self.scim2("delete", "user", ada["id"])
        self.assertIs(self.in_cxone("ada@example.com")["active"], False)
        for kind, id_ in (("user", ada["id"]), ("group", group["id"])):
            gone = self.run_scim2("query", kind, id_)
            self.assertIn('"404"', gone.output)

    def test_a_manager_is_referred_to(self) -> None:
        grace, alan = self.create("grace@example.com", "Grace", "Ho"), self.create("alan@example.com", "Alan", "Tu")
        path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
        modified = self.scim2("modify", "user", alan["id"], "add", path, json.dumps({"value": grace["id"]}))
        urn, _, name = path.rpartition(":")
        self.assertEqual(modified[urn][name], {"value": grace["id"], "$ref": grace["meta"]["location"]})

    def test_what_is_refused_is_told(self) -> None:
        self.create("twice@example.com", "T", "W")
        command = [
            Path(sys.executable).with_name("scim2"), "create", "user", "--user-name", "twice@example.com",
            "--name", '{"givenName":"T","familyName":"W"}', "--emails", '[{"value":"twice@example.com"}]',
        ]  # fmt: skip
        twice = subprocess.run(
            command, input="", capture_output=True, text=True, env={**os.environ, **self.environment()}, timeout=60
        )
        self.assertIn("uniqueness", twice.stdout + twice.stderr)
        Scim(self.base, TOKEN).send("GET", "/Users?filter=userName+eq").ok(400)


if __name__ == "__main__":
    unittest.main()
