"""Filters mean to Jackfield what they mean to scim2-models, but for the differences that docs/disagreements.md lists."""

from __future__ import annotations

import unittest
from random import Random
from typing import Any

from generate import filter_, person
from judge import Model, listed, matching, models, read
from stage import ENTERPRISE, SIMULATED, TOKEN, USER, Scim, Stage

SEED = 7644
PEOPLE = 120
FILTERS = 400

PLUGIN = '[[tenants.acme.connections.idp.plugins]]\nuse = "generic"\n'

PROBE = {
    "schemas": [USER, ENTERPRISE],
    "userName": "probe@example.org",
    "externalId": "Ext-1",
    "active": False,
    "name": {"givenName": "Zoë", "familyName": "Orr"},
    "emails": [
        {"value": "probe@example.org", "type": "work", "primary": True},
        {"value": "zoe@example.net", "type": "home"},
    ],
    "title": "Lead",
    ENTERPRISE: {"department": "Voice", "manager": {"value": "m-1"}},
}

# Whatever somebody might disagree about. Those that do are listed in the paper, the others are agreed upon.
PROBES = [
    'emails.type ne "work"',
    'emails.type ne "x"',
    'emails[type ne "work"]',
    'favourite eq "x"',
    "favourite pr",
    'members eq "x"',
    'nickName eq ""',
    "nickName eq null",
    "nickName ne null",
    "title eq null",
    "title ne null",
    'nickName ne "x"',
    'nickName gt "a"',
    "title eq Lead",
    "title eq 'Lead'",
    "title eq 5",
    'active eq "False"',
    "active eq False",
    "active gt true",
    'active co "a"',
    'emails[type eq "work"].value eq "probe@example.org"',
    'emails.value eq "zoe@example.net" and emails.type eq "work"',
    'emails[value eq "zoe@example.net" and type eq "work"]',
    'emails[primary eq "true"]',
    'emails[not (type eq "work")]',
    'emails[type eq "work" or emails.type eq "x"]',
    'emails eq "zoe@example.net"',
    "name pr",
    "emails pr",
    "addresses pr",
    'name eq "x"',
    'title[value eq "x"]',
    'department eq "Voice"',
    'manager eq "m-1"',
    f'{ENTERPRISE}:manager eq "m-1"',
    f'{ENTERPRISE}:manager.value eq "m-1"',
    f"{ENTERPRISE}:manager pr",
    f"{ENTERPRISE} pr",
    f'{ENTERPRISE.upper()}:DEPARTMENT eq "voice"',
    f'{USER}:userName eq "PROBE@EXAMPLE.ORG"',
    f'schemas eq "{USER}"',
    'meta.resourceType eq "User"',
    'meta.resourceType eq "user"',
    'meta.created gt "2011-05-13T04:42:34Z"',
    'meta.created gt "2011-05-13T04:42:34+02:00"',
    'meta.created gt "2011-05-13"',
    'meta.created gt "2011"',
    'name.givenName eq "Zoe\u0308"',
    'name.givenName eq "ZOË"',
    'title eq "lead"',
    'externalId eq "ext-1"',
    'password eq "x"',
    'userName sw ""',
    'userName co ""',
    "id pr",
    'not title eq "x"',
    'not(title eq "x")',
    'title eq "Lead"and active eq false',
    'title eq "x" or title eq "Lead" and active eq true',
    'title eq "Lead" or title eq "x" and active eq true',
    '(title eq "Lead" or title eq "x") and active eq true',
    "(title pr",
    "title pr)",
    "title",
    "title pr pr",
    'title eq "a" "b"',
    'title is "Lead"',
]


class Filters(unittest.TestCase):
    """Jackfield is asked over HTTP, scim2-models judges what Jackfield answers about everybody."""

    scim: Scim
    model: Model
    everybody: dict[str, Any]

    @classmethod
    def setUpClass(cls) -> None:
        stage = cls.enterClassContext(Stage())
        base = stage.serve(SIMULATED.format(simulator=stage.simulator(), idp="generic", token=TOKEN) + PLUGIN)
        cls.scim = Scim(f"{base}/acme/idp/scim/v2", TOKEN)
        random = Random(SEED)
        for number in range(PEOPLE):
            cls.scim.send("POST", "/Users", person(random, number)).ok(201)
        cls.scim.send("POST", "/Users", PROBE).ok(201)
        cls.model = models(cls.scim)["User"]
        users = cls.scim.find("Users", "userName pr")
        cls.everybody = {user["userName"]: read(cls.model, user) for user in users}
        assert len(cls.everybody) == PEOPLE + 1

    def ours(self, text: str) -> set[str] | str:
        """Who matches for Jackfield, or how it refuses."""
        search = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "filter": text,
            "attributes": ["userName"],
            "count": 1000,
        }
        answer = self.scim.send("POST", "/Users/.search", search)
        if answer.status != 200:
            return f"{answer.status} {answer.body.get('scimType', '')}".strip()
        found = {user["userName"] for user in answer.body["Resources"]}
        self.assertEqual(len(found), answer.body["totalResults"])
        return found

    def test_generated_filters_mean_the_same(self) -> None:
        """Every operator, and, or, not, grouping, value paths, extensions, names in any case."""
        random = Random(SEED)
        telling = 0
        for _ in range(FILTERS):
            text = filter_(random)
            ours = self.ours(text)
            self.assertEqual(ours, matching(self.model, text, self.everybody, ours=True), text)
            telling += 0 < len(ours) < len(self.everybody)
        # Filters that everybody or nobody matches say little.
        self.assertGreater(telling, FILTERS // 3)
        print(f"\nscim2-models: {FILTERS} filters over {len(self.everybody)} users agree, {telling} of them tell users apart")

    def test_the_paper_lists_every_disagreement(self) -> None:
        """The paper's table is what is found, no more and no less."""
        probe = {PROBE["userName"]: self.everybody[str(PROBE["userName"])]}

        def opinion(found: set[str] | str) -> str:
            if isinstance(found, str):
                return found
            return "yes" if PROBE["userName"] in found else "no"

        found = []
        for text in PROBES:
            ours, theirs = opinion(self.ours(text)), opinion(matching(self.model, text, probe))
            if ours != theirs:
                found.append([text, ours, theirs])
        self.maxDiff = None
        self.assertEqual(found, [row[:3] for row in listed("Filters")])


if __name__ == "__main__":
    unittest.main()
