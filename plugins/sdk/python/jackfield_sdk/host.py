"""What stands behind ``log`` and ``directory``: the host of a component, or what a test sets."""

from dataclasses import dataclass, field
from typing import Protocol

from .errors import InternalError


@dataclass(frozen=True, slots=True)
class Role:
    """A role in CXone."""

    id: str
    name: str
    status: str = "ACTIVE"
    """``ACTIVE``, ``INACTIVE``, ``DRAFT`` or ``DELETED``; more may come."""

    @property
    def is_active(self) -> bool:
        """Whether it can be given."""
        return self.status == "ACTIVE"


@dataclass(frozen=True, slots=True)
class Team:
    """A team in CXone."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class LoginAuthenticator:
    """A login authenticator in CXone."""

    id: str
    name: str


class Directory(Protocol):
    """The tenant's roles, teams, login authenticators and templates: one unchanging snapshot."""

    def roles(self) -> list[Role]: ...
    def find_role(self, name_or_id: str) -> Role | None: ...
    def default_role(self) -> str: ...
    def teams(self) -> list[Team]: ...
    def find_team(self, name_or_id: str) -> Team | None: ...
    def login_authenticators(self) -> list[LoginAuthenticator]: ...
    def find_login_authenticator(self, name_or_id: str) -> LoginAuthenticator | None: ...
    def templates(self) -> list[str]: ...
    def version(self) -> str: ...


class Host(Protocol):
    """What a call may reach."""

    def write(self, level: str, message: str) -> None: ...
    def directory(self) -> Directory: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A directory that a test sets, with the host's way of looking things up: by id, or else by name without case."""

    all_roles: tuple[Role, ...] = (Role("1", "Agent"),)
    role_by_default: str = "Agent"
    all_teams: tuple[Team, ...] = ()
    all_login_authenticators: tuple[LoginAuthenticator, ...] = ()
    all_templates: tuple[str, ...] = ()
    its_version: str = "1"

    def roles(self) -> list[Role]:
        return list(self.all_roles)

    def find_role(self, name_or_id: str) -> Role | None:
        found = [role for role in self.all_roles if role.id == name_or_id]
        return next(iter(found or [role for role in self.all_roles if role.name.lower() == name_or_id.lower()]), None)

    def default_role(self) -> str:
        return self.role_by_default

    def teams(self) -> list[Team]:
        return list(self.all_teams)

    def find_team(self, name_or_id: str) -> Team | None:
        found = [team for team in self.all_teams if team.id == name_or_id]
        return next(iter(found or [team for team in self.all_teams if team.name.lower() == name_or_id.lower()]), None)

    def login_authenticators(self) -> list[LoginAuthenticator]:
        return list(self.all_login_authenticators)

    def find_login_authenticator(self, name_or_id: str) -> LoginAuthenticator | None:
        every = self.all_login_authenticators
        found = [one for one in every if one.id == name_or_id]
        return next(iter(found or [one for one in every if one.name.lower() == name_or_id.lower()]), None)

    def templates(self) -> list[str]:
        return list(self.all_templates)

    def version(self) -> str:
        return self.its_version


@dataclass(slots=True)
class NativeHost:
    """A host without a component: keeps what is logged."""

    snapshot: Snapshot | None = field(default_factory=Snapshot)
    """None for mappers: what changes with the moment is not handed to them."""
    lines: list[tuple[str, str]] = field(default_factory=list)
    """Level and text of each line, in order."""

    def write(self, level: str, message: str) -> None:
        self.lines.append((level, message))

    def directory(self) -> Directory:
        return no_directory() if self.snapshot is None else self.snapshot


class _Outside:
    """Whoever calls a plugin's function without a host: lines go to Python's own log."""

    def write(self, level: str, message: str) -> None:
        # Here and not above: a component has no use for it, and all that it imports is part of it.
        import logging

        logging.getLogger("jackfield").log(getattr(logging, "WARNING" if level == "warn" else level.upper()), message)

    def directory(self) -> Directory:
        return Snapshot()


def no_directory() -> Directory:
    """Refuses a mapper the directory."""
    raise InternalError("a mapper has no directory; use a template chooser or rules for what depends on it")


_current: Host = _Outside()


def current() -> Host:
    """The host of the call that runs."""
    return _current


def use(host: Host | None) -> None:
    """Makes this the host of what is called from here on; none for nobody."""
    global _current
    _current = _Outside() if host is None else host
