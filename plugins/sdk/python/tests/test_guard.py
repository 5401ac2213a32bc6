"""What a call does not have, natively. The component's side is in test_component.py."""

import datetime
import os
import random
import secrets
import socket
import subprocess
import sys
import time
import uuid
from time import time as now

import pytest

from jackfield_sdk import Decision, Plugin
from jackfield_sdk.testing import call


def outcome(function):
    plugin = Plugin(name="p", version="1.0.0")

    @plugin.decide
    def decide(call):
        return Decision.allow().warn(str(function()))

    return call(plugin, "decide", {}).output


@pytest.mark.parametrize(
    "function",
    [
        time.time,
        now,
        time.monotonic_ns,
        time.perf_counter,
        time.localtime,
        lambda: time.sleep(0),
        datetime.datetime.now,
        lambda: datetime.datetime.now(datetime.UTC),
        datetime.datetime.today,
        datetime.date.today,
        lambda: type("Mine", (datetime.datetime,), {}).now(),
    ],
)
def test_a_call_has_no_clock(function):
    message = outcome(function)["error"]["message"]
    assert message.startswith("Unavailable: a plugin has no clock ("), message
    assert "are given the `moment` (test_guard.py:" in message


@pytest.mark.parametrize(
    "function",
    [
        random.random,
        lambda: random.randint(1, 6),
        lambda: random.choice([1, 2]),
        lambda: os.urandom(4),
        secrets.token_hex,
        uuid.uuid4,
    ],
)
def test_a_call_has_no_randomness(function):
    message = outcome(function)["error"]["message"]
    assert message.startswith("Unavailable: a plugin has no randomness ("), message


@pytest.mark.parametrize(
    "function",
    [
        lambda: open(__file__),
        lambda: os.listdir("."),
        lambda: subprocess.run(["true"], check=False),
        lambda: socket.socket().connect(("127.0.0.1", 9)),
    ],
)
def test_a_call_has_no_files_network_or_processes(function):
    message = outcome(function)["error"]["message"]
    assert message.startswith("Unavailable: a plugin has no files, network or processes ("), message


def test_a_late_import_is_refused():
    def late():
        import this_is_no_module  # noqa: F401

    message = outcome(late)["error"]["message"]
    assert message.startswith("Unavailable: `this_is_no_module` is imported within a call; import it at the top"), message


def test_what_is_equal_every_time_is_there():
    def allowed():
        moment = datetime.datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        return [
            moment.timestamp(),
            datetime.datetime.strptime("2026", "%Y").year,
            time.gmtime(0).tm_year,
            random.Random(42).randint(1, 6),
            uuid.uuid5(uuid.NAMESPACE_DNS, "example.com").hex[:4],
        ]

    assert outcome(allowed)["warnings"] == ["[1767225600.0, 2026, 1970, 6, 'cfbf']"]


def test_after_a_call_everything_is_there_again():
    def profile(*_):
        pass

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        assert "error" in outcome(time.time)
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(before)
    assert time.time() > 0
    assert random.random() < 1
    with open(__file__, encoding="utf-8") as text:
        assert text.readline()
