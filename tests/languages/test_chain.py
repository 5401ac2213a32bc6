"""Three plugins in three languages on one connection: each does a part, and what each did can be told apart."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path
from typing import Any

import stage
from stage import PATCH, SIMULATED, TOKEN, USER, Scim, Stage, binary, free_port

# Three components, two of them large, are compiled by a build without optimisation before anybody is served.
stage.PATIENCE = 600.0

EXAMPLES = Path(__file__).resolve().parents[2] / "plugins" / "examples"
ACME = "urn:ietf:params:scim:schemas:extension:acme:2.0:User"

# The same plugin, each with settings of its own. Teams go to whoever has the skill; a newcomer for voice starts from a template.
CHAIN = """
[tenants.acme.templates."Voice agents"]
timeZone = "Europe/London"

[[tenants.acme.connections.idp.plugins]]
use = "generic"

[[tenants.acme.connections.idp.plugins]]
use = "{examples}/rust/acme-skills.wasm"
name = "in-rust"
settings = {{ skills = {{ voice = "Voice" }} }}

[[tenants.acme.connections.idp.plugins]]
use = "{examples}/js/acme-skills.wasm"
name = "in-js"
settings = {{ skills = {{ chat = "Chat" }}, templates = {{ voice = "Voice agents" }} }}

[[tenants.acme.connections.idp.plugins]]
use = "{examples}/python/acme-skills.wasm"
name = "in-python"
settings = {{ skills = {{ boss = "Leads" }}, forbidden_teams = ["Leads"] }}
"""


def send(url: str, body: Any, method: str) -> None:
    """Sends JSON."""
    request = urllib.request.Request(url, data=json.dumps(body).encode(), method=method)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60):
        pass


class Chain(unittest.TestCase):
    """The bundled mapper, then one plugin in Rust, one in JavaScript, one in Python."""

    simulator: str
    config: Path
    admin: str
    scim: Scim

    @classmethod
    def setUpClass(cls) -> None:
        on = cls.enterClassContext(Stage())
        cls.simulator = on.simulator()
        teams = [{"name": "Desk", "isDefault": True}, {"name": "Voice"}, {"name": "Chat"}, {"name": "Leads"}]
        send(f"{cls.simulator}/simulator/settings", {"teams": teams}, "PUT")
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="jackfield-")))
        cls.config = folder / "chain.toml"
        cls.admin = f"127.0.0.1:{free_port()}"
        head = f'[listen]\nscim = "127.0.0.1:0"\nadmin = "{cls.admin}"\n[ledger]\nurl = "sqlite:{folder}/chain.db"\n'
        # Where the commands of `run` have left the code of the three.
        kept = os.environ.get("XDG_CACHE_HOME")
        head += f'[plugins]\ncache = "{kept}/jackfield"\n' if kept else ""
        simulated = SIMULATED.format(simulator=cls.simulator, idp="generic", token=TOKEN)
        cls.config.write_text(head + simulated + CHAIN.format(examples=EXAMPLES))
        cls.scim = Scim(on.start(binary(), "serve", "--config", cls.config).line("SCIM "), TOKEN)
        ready = cls.get(f"http://{cls.admin}/readyz")
        assert ready["connections"]["acme/idp"]["plugins_not_loaded"] == [], ready

    @classmethod
    def get(cls, url: str) -> Any:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return json.load(answer)

    def held(self, name: str) -> dict[str, Any] | None:
        """The person as the simulated CXone has them."""
        users = self.get(f"{self.simulator}/simulator/state")["users"]
        return next((user for user in users if user["userName"] == f"{name}@example.com"), None)

    def team(self, name: str) -> str:
        """The person's team in CXone."""
        held = self.held(name)
        assert held is not None, name
        return str(held["urn:ietf:params:scim:schemas:extension:nice:2.0:User"]["team"]["display"])

    def create(self, name: str, skill: str | None) -> Any:
        """The identity provider creates somebody; the answer."""
        body: dict[str, Any] = {
            "schemas": [USER, ACME],
            "userName": f"{name}@example.com",
            "externalId": name,
            "active": True,
            "name": {"givenName": name.title(), "familyName": "Example"},
            "displayName": f"{name.title()} Example",
            "emails": [{"type": "work", "primary": True, "value": f"{name}@example.com"}],
        }
        if skill is not None:
            body[ACME] = {"skill": skill}
        return self.scim.send("POST", "/Users", body)

    def replace(self, id_: str, path: str, value: Any) -> Any:
        """A PATCH of one attribute; the answer."""
        return self.scim.send(
            "PATCH", f"/Users/{id_}", {"schemas": [PATCH], "Operations": [{"op": "replace", "path": path, "value": value}]}
        )

    def explain(self, name: str, *more: str) -> Any:
        """What the command line tells of somebody."""
        command = [binary(), "explain", "acme", f"{name}@example.com", "--json", "--config", self.config, *more]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        (told,) = json.loads(done.stdout)
        return told

    def row(self, told: Any, attribute: str) -> Any:
        """What is told of an attribute."""
        return next(row for row in told["attributes"] if row["attribute"] == attribute)

    def test_each_language_gives_its_teams(self) -> None:
        for name, skill, team, by in [
            ("victor", "voice", "Voice", "in-rust"),
            ("charlotte", "chat", "Chat", "in-js"),
        ]:
            made = self.create(name, skill).ok(201)
            self.assertEqual(made[ACME]["skill"], skill)
            self.assertEqual(self.team(name), team)
            told = self.explain(name)
            self.assertEqual(self.row(told, "team")["set_by"], by)
            self.assertEqual(self.row(told, "userName")["set_by"], "generic")
            steps = [step["by"] for step in told["steps"] if not step["by"].startswith("template ")]
            self.assertEqual(steps[:4], ["generic", "in-rust", "in-js", "in-python"])

    def test_a_newcomer_starts_from_the_template_that_javascript_chose(self) -> None:
        self.create("vera", "voice").ok(201)
        self.create("carl", "chat").ok(201)
        self.assertEqual(self.explain("vera")["template"], "Voice agents")
        self.assertIsNone(self.explain("carl")["template"])
        vera, carl = self.held("vera"), self.held("carl")
        assert vera is not None and carl is not None
        self.assertIn("London", json.dumps(vera))
        self.assertNotIn("London", json.dumps(carl))

    def test_python_refuses_what_python_mapped(self) -> None:
        refused = self.create("bo", "boss")
        self.assertEqual((refused.status, refused.body["scimType"]), (400, "invalidValue"))
        for part in ["team", "the team is not given by provisioning", "take this one out of `forbidden_teams`"]:
            self.assertIn(part, refused.body["detail"])
        self.assertIsNone(self.held("bo"))
        told = self.explain("bo")
        self.assertEqual(self.row(told, "team")["set_by"], "in-python")
        self.assertIn("in-python", told["verdict"])

    def test_a_change_goes_from_one_language_to_the_other(self) -> None:
        id_ = self.create("wanda", "voice").ok(201)["id"]
        self.assertEqual(self.team("wanda"), "Voice")
        self.replace(id_, f"{ACME}:skill", "chat").ok(200)
        self.assertEqual(self.team("wanda"), "Chat")
        self.assertEqual(self.row(self.explain("wanda"), "team")["set_by"], "in-js")
        refused = self.replace(id_, f"{ACME}:skill", "boss")
        self.assertEqual(refused.status, 400, refused.body)
        self.assertEqual(self.team("wanda"), "Chat")
        self.replace(id_, "active", False).ok(200)
        held = self.held("wanda")
        assert held is not None
        self.assertIs(held["active"], False)

    def test_why_a_team_is_as_it_is(self) -> None:
        self.create("walt", "voice").ok(201)
        why = self.explain("walt", "--why", "team")["why"]
        self.assertEqual((why["value"], why["set_by"]), ("Voice", "in-rust"))
        self.assertEqual([said["path"] for said in why["because"]], [f"{ACME}:skill"])
        self.assertEqual(why["because"][0]["value"], "voice")

    def test_who_is_in_cxone_already_is_shown_by_all_three(self) -> None:
        people = [
            {
                "userName": f"{name}@example.com",
                "firstName": name.title(),
                "lastName": "Example",
                "emailAddress": f"{name}@example.com",
                "role": "Agent",
                "team": team,
            }
            for name, team in [("old-voice", "Voice"), ("old-chat", "Chat"), ("old-boss", "Leads"), ("old-desk", "Desk")]
        ]
        send(f"{self.simulator}/simulator/users", people, "POST")
        for name, skill in [("old-voice", "voice"), ("old-chat", "chat"), ("old-boss", "boss"), ("old-desk", None)]:
            (shown,) = self.scim.find("Users", f'userName eq "{name}@example.com"')
            self.assertEqual(shown.get(ACME, {}).get("skill"), skill, shown)


if __name__ == "__main__":
    unittest.main()
