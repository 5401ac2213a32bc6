"""Jackfield, its simulator of CXone and an independent SCIM server, each a process of its own on a free port."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOKEN = "a-token-that-is-long-enough-for-the-tests"
UPSTREAM_TOKEN = "token-of-the-server"
PATIENCE = 60.0

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


# A tenant on the simulator; plugins are added.
SIMULATED = """
[tenants.acme.cxone]
base_url = "{simulator}"
access_key_id = "simulator"
access_key_secret = "simulator-secret"

[tenants.acme.connections.idp]
idp = "{idp}"
token = "{token}"
"""


def binary() -> Path:
    """The built binary, from $JACKFIELD."""
    path = Path(os.environ["JACKFIELD"])
    if not path.is_file():
        sys.exit(f"{path} is not built: run `cargo build -p jackfield`")
    return path


class Process:
    """A process whose lines are read until it says what is waited for. It is ended by its own id."""

    def __init__(self, command: Sequence[str | Path], environment: dict[str, str] | None = None) -> None:
        self.name = Path(command[0]).name
        self._lines: list[str] = []
        self._said = threading.Condition()
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._said:
                self._lines.append(line.rstrip())
                self._said.notify_all()
        with self._said:
            self._said.notify_all()

    def line(self, start: str) -> str:
        """The rest of the first line that begins so."""

        def found() -> str | None:
            return next((line.removeprefix(start) for line in self._lines if line.startswith(start)), None)

        deadline = time.monotonic() + PATIENCE
        with self._said:
            while (rest := found()) is None:
                left = deadline - time.monotonic()
                if left <= 0 or self._process.poll() is not None:
                    raise RuntimeError(f"{self.name} never said {start!r}:\n" + "\n".join(self._lines))
                self._said.wait(min(left, 0.5))
        return rest.strip()

    def log(self) -> str:
        """Everything that it said."""
        with self._said:
            return "\n".join(self._lines)

    def stop(self) -> None:
        """Ends it."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@dataclass
class Answer:
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    body: Any

    def ok(self, *expected: int) -> Any:
        """The body, if the status is as expected."""
        if self.status not in (expected or (200, 201, 204)):
            raise AssertionError(f"status {self.status}, not {expected}: {self.body}")
        return self.body


class Scim:
    """A SCIM client that sends what it is told, byte for byte, and judges nothing."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.token = token

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """A request; `path` is below the base URL and percent-encoded."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}{path}", data=data, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Accept", "application/scim+json")
        if data is not None:
            request.add_header("Content-Type", "application/scim+json; charset=utf-8")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return _answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.headers, error.read())

    def find(self, kind: str, filter_: str) -> list[dict[str, Any]]:
        """What a filter finds, all of it."""
        query = urllib.parse.urlencode({"filter": filter_, "count": 1000})
        return list(self.send("GET", f"/{kind}?{query}").ok(200)["Resources"])

    def patch(self, path: str, *operations: dict[str, Any]) -> Answer:
        """A PATCH."""
        return self.send("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    text = body.decode()
    return Answer(status, {name.lower(): value for name, value in headers.items()}, json.loads(text) if text else None)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until(what: str, condition: Callable[[], bool]) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"in vain: {what}")
        time.sleep(0.05)


class Stage:
    """What a test needs, started when it is asked for and ended at the end."""

    def __init__(self) -> None:
        self._processes: list[Process] = []
        self._folder = tempfile.TemporaryDirectory(prefix="jackfield-")

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.stop()
        self._folder.cleanup()

    def start(self, *command: str | Path, environment: dict[str, str] | None = None) -> Process:
        """A process that ends with the stage."""
        process = Process(command, environment)
        self._processes.append(process)
        return process

    def simulator(self) -> str:
        """The simulator of CXone; its base URL."""
        return self.start(binary(), "simulate", "--listen", "127.0.0.1:0").line("CXone, simulated, on ")

    def independent(self, *tenants: str) -> str:
        """scim2-server, with a SCIM service at /TENANT/v2 for each tenant; its base URL."""
        for attempt in range(5):
            port = free_port()
            command = [Path(sys.executable).with_name("scim2-server"), "--port", str(port), "--bearer-token", UPSTREAM_TOKEN]
            process = self.start(*command, *[part for tenant in tenants for part in ("--tenant", tenant)])
            try:
                process.line("Serving SCIM on ")
                return f"http://127.0.0.1:{port}"
            except RuntimeError:
                if attempt == 4:
                    raise
        raise AssertionError("unreachable")

    def serve(self, configuration: str) -> str:
        """`jackfield serve`; its base URL, in front of /{tenant}/{connection}/scim/v2. Addresses and ledger are added."""
        path = Path(self._folder.name) / f"jackfield-{len(self._processes)}.toml"
        head = '[listen]\nscim = "127.0.0.1:0"\nadmin = "127.0.0.1:0"\n[ledger]\nurl = "sqlite:' + f'{path.with_suffix(".db")}"\n'
        path.write_text(head + configuration)
        process = self.start(binary(), "serve", "--config", path)
        first = process.line("SCIM ")
        process.line("admin ")
        return first.split("/scim/v2")[0].rsplit("/", 2)[0]
