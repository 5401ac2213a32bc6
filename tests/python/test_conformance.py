"""scim2-tester, a suite that nobody here wrote, finds nothing to say against `jackfield serve`."""

from __future__ import annotations

import unittest
from collections import Counter

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import CheckResult, Status, check_server

from stage import SIMULATED, TOKEN, Stage

# Discovery that is broken ends the suite early with few failures, so a number is asked for as well.
FEWEST = 130

# A whole mapping, in which what the tester makes up is no role and no team. Nothing asks for names in the form of e-mail
# addresses, which the tester's are not.
PLUGINS = """
[[tenants.acme.connections.idp.plugins]]
use = "generic"

[tenants.acme.connections.idp.plugins.settings.attributes]
role = { lookup = "roles[primary eq true].value", table = { Supervisor = "Manager" } }
team = { lookup = "urn:ietf:params:scim:schemas:extension:nice:2.0:User:team", table = { Voice = "Voice" } }
"""


def shown(result: CheckResult) -> str:
    """A result for people."""
    return f"{result.status.name} {result.resource_type or 'service'} {result.title}: {result.reason}"


class Conformance(unittest.TestCase):
    """The suite as it is, strict, over CXone simulated."""

    def test_every_check_succeeds(self) -> None:
        stage = self.enterContext(Stage())
        config = SIMULATED.format(simulator=stage.simulator(), idp="generic", token=TOKEN) + PLUGINS
        # What the tester makes up is no time zone either.
        base = stage.serve(config.replace("base_url =", 'time_zones = "as-written"\nbase_url =', 1))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        client = self.enterContext(httpx2.Client(base_url=f"{base}/acme/idp/scim/v2", headers=headers, timeout=60))
        results = check_server(SyncSCIMClient(client))
        failed = [shown(result) for result in results if result.status is not Status.SUCCESS]
        self.assertEqual(failed, [], "\n".join(failed))
        types = Counter(result.resource_type for result in results)
        self.assertLessEqual({"User", "Group"}, set(types))
        self.assertGreaterEqual(len(results), FEWEST, f"the suite stopped early: {types}")
        print(f"\nscim2-tester: {len(results)} checks, each a success {dict(types)}")


if __name__ == "__main__":
    unittest.main()
