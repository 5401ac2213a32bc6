"""Does what a plugin should not, by the name of the operation."""

import datetime
import os
import random
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from jackfield_sdk import Decision, Forward, InputError, Occasion, Plugin, Target, directory, log


@dataclass
class Settings:
    words: list[str] = field(default_factory=list)
    """Words."""


plugin = Plugin(Settings, name="probe", version="1.2.3", description="Söme probe", takes=["title"])
calls = 0


def deeper(depth: int) -> int:
    return deeper(depth + 1)


def late() -> Any:
    import this_is_no_module  # type: ignore[import-not-found]

    return this_is_no_module


def everything(call: Occasion[Settings]) -> str:
    group = call.groups.find("sales")
    return repr(
        [
            call.connection,
            call.idp,
            call.operation,
            call.moment,
            call.source.str("title"),
            call.source_before and call.source_before.str("title"),
            call.target.team,
            call.held and call.held.team,
            group and (group.id, group.external_id, group.display_name),
            call.facts.default_role,
            call.settings.words,
            directory.find_role("agent"),
            directory.find_team("no such"),
            directory.find_login_authenticator("System"),
            [directory.roles(), directory.teams(), directory.login_authenticators(), directory.templates()],
            directory.default_role(),
            directory.version(),
        ]
    )


def count() -> str:
    global calls
    calls += 1
    return str(calls)


DOES: dict[str, Any] = {
    "time": time.time,
    "sleep": lambda: time.sleep(1),
    "now": lambda: datetime.datetime.now(datetime.UTC),
    "today": datetime.date.today,
    "random": random.random,
    "randint": lambda: random.randint(1, 6),
    "urandom": lambda: os.urandom(4),
    "token": secrets.token_hex,
    "uuid": uuid.uuid4,
    "seeded": lambda: random.Random(42).randint(1, 6),
    "strptime": lambda: datetime.datetime.strptime("2026-02", "%Y-%m"),
    "codecs": lambda: "é".encode("latin-1") + "é".encode("utf-16-le") + "é".encode("idna"),
    "environment": lambda: dict(os.environ),
    "open": lambda: open("plugin.py"),
    "list": lambda: os.listdir("/"),
    "import": late,
    "exit": lambda: exit_now(),
    "deep": lambda: deeper(0),
    "big": lambda: len("x" * 10**9),
    "count": count,
}


def exit_now() -> None:
    raise SystemExit(3)


@plugin.decide
def decide(call: Occasion[Settings]) -> Decision:
    match call.operation:
        case "deny":
            return Decision.deny("team", "no").status(403).scim_type("mutability").fix("do").warn("w")
        case "defer":
            return Decision.defer("waits").attribute("groups")
        case "amend":
            call.target.team = "Blue"
            return Decision.amend(call.target)
        case "error":
            raise InputError("cannot", "userName")
        case "print":
            print("one\ntwo", end="")
            for level in ("debug", "info", "warn", "error"):
                log.write(level, level)
        case "everything":
            return Decision.allow().warn(everything(call))
        case operation if operation in DOES:
            return Decision.allow().warn(str(DOES[operation]()))
    return Decision.allow()


@plugin.to_target
def to_target(call: Forward[Settings]) -> Target:
    if call.idp == "directory":
        directory.roles()
    return call.draft
