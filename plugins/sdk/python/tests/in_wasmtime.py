"""The host's side of the contract, as little of it as a test needs, for a component in wasmtime."""

from typing import Any

from wasmtime import Config, Engine, Store
from wasmtime.component import Component, Linker, Record

from jackfield_sdk.cases import snapshot
from jackfield_sdk.host import Snapshot

PACKAGE = "jackfield:plugin/{}@0.1.0"


def record(**members: Any) -> Record:
    made = Record()
    for name, value in members.items():
        setattr(made, name.replace("_", "-"), value)
    return made


class InWasmtime:
    """A component. Every call has an instance of its own, as in the host."""

    def __init__(self, file: str) -> None:
        config = Config()
        config.consume_fuel = True
        self.engine = Engine(config)
        self.component = Component.from_file(self.engine, file)
        self.lines: list[tuple[str, str]] = []
        self.directory = Snapshot()
        self.fuel = 0
        self.linker = Linker(self.engine)
        with self.linker.root() as root:
            with root.add_instance(PACKAGE.format("log")) as log:
                log.add_func("write", lambda _, level, message: self.lines.append((level, message)))
            if PACKAGE.format("directory") in self.imports():
                self._directory(root)

    def imports(self) -> list[str]:
        return list(self.component.type.imports(self.engine))

    def exports(self) -> list[str]:
        return list(self.component.type.exports(self.engine))

    def _directory(self, root: Any) -> None:
        def role(role: Any) -> Any:
            return None if role is None else record(id=role.id, name=role.name, status=role.status, facts="{}")

        def named(one: Any) -> Any:
            return None if one is None else record(id=one.id, name=one.name, facts="{}")

        with root.add_instance(PACKAGE.format("directory")) as there:
            there.add_func("roles", lambda _: [role(one) for one in self.directory.roles()])
            there.add_func("find-role", lambda _, name: role(self.directory.find_role(name)))
            there.add_func("default-role", lambda _: self.directory.default_role())
            there.add_func("teams", lambda _: [named(one) for one in self.directory.teams()])
            there.add_func("find-team", lambda _, name: named(self.directory.find_team(name)))
            there.add_func("login-authenticators", lambda _: [named(one) for one in self.directory.login_authenticators()])
            there.add_func("find-login-authenticator", lambda _, name: named(self.directory.find_login_authenticator(name)))
            there.add_func("templates", lambda _: [record(name=name, facts="{}") for name in self.directory.templates()])
            there.add_func("version", lambda _: self.directory.version())

    def call(self, interface: str, function: str, *arguments: Any, memory: int = 256 << 20) -> Any:
        """Calls an export. Gives back what is in `ok`, or the error's record."""
        self.lines = []
        store = Store(self.engine)
        store.set_fuel(1 << 40)
        store.set_limits(memory_size=memory)
        instance = self.linker.instantiate(store, self.component)
        within = instance.get_export_index(store, PACKAGE.format(interface))
        exported = instance.get_func(store, instance.get_export_index(store, function, within))
        answer = exported(store, *arguments)
        self.fuel = (1 << 40) - store.get_fuel()
        return getattr(answer, "payload", answer)

    def occasion(self, function: str, interface: str, memory: int = 256 << 20, **given: Any) -> Any:
        """Calls `choose` or `decide`."""
        members = {
            "connection": "test",
            "idp": "generic",
            "operation": "create",
            "source": "{}",
            "source_before": None,
            "target": "{}",
            "held": None,
            "groups": [],
            "moment": "2026-01-01T00:00:00Z",
            "settings": "{}",
            "facts": "{}",
        }
        return self.call(interface, function, record(**{**members, **given}), memory=memory)


def directory(**given: Any) -> Snapshot:
    """A directory as a case gives it."""
    return snapshot("directory", given)
