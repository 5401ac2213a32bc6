"""What `jackfield plugin inspect --json` and `jackfield plugin test --json` measure, in a line; and that it is what it should be."""

from __future__ import annotations

import json
import sys
from typing import Any

# What a plugin may import (wit/worlds.wit).
CONTRACT = {"directory", "log", "types"}
# The cases that there are at least (plugins/examples/cases).
CASES = 22


def inspected(told: Any) -> str:
    """The size, if the component is of all kinds and may use nothing but the contract."""
    assert set(told["kinds"]) == {"mapper", "template-chooser", "rules"}, told
    may = {each["import"].removeprefix("jackfield:plugin/").split("@")[0] for each in told["permissions"]}
    assert may <= CONTRACT, told
    assert set(told["settings"]["properties"]) == {"skills", "templates", "forbidden_teams"}, told
    return f"{told['plugin']}: {told['bytes'] / 1e6:.2f} MB"


def tested(told: Any) -> str:
    """The fuel of the cases, if all are there and pass."""
    component = told["component"]
    fuel = [case["fuel"] for case in component["cases"]]
    assert len(fuel) >= CASES and all(case["good"] for case in component["cases"]), told
    return f"{component['component']}: {len(fuel)} cases, fuel {min(fuel):,} to {max(fuel):,}"


if __name__ == "__main__":
    print(" " * 10 + {"inspect": inspected, "test": tested}[sys.argv[1]](json.load(sys.stdin)))
