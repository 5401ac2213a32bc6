"""What a plugin is given."""

from functools import cached_property
from typing import Any, Generic, TypeVar

from .facts import Facts
from .groups import Group, Groups
from .source import Source
from .target import Target

S = TypeVar("S")

Fields = dict[str, Any]
"""The members of a call by their names in the contract; documents as JSON texts, groups as objects, the rest as texts."""


class _Input(Generic[S]):
    """Documents are parsed when they are first looked at: a plugin that never asks never pays."""

    def __init__(self, fields: Fields, settings: S) -> None:
        self._fields = fields
        self.settings = settings
        """The plugin's settings."""
        self.connection: str = fields["connection"]
        """The name of the connection in the configuration."""
        self.idp: str = fields["idp"]
        """The connection's ``idp``: ``entra``, ``okta``, ``onelogin``, ``google``, ``generic``."""

    @cached_property
    def facts(self) -> Facts:
        """What else the host says."""
        return Facts.parse(self._fields["facts"])

    def _source(self, name: str) -> Source | None:
        text = self._fields.get(name)
        return None if text is None else Source.parse(text)

    def _target(self, name: str) -> Target | None:
        text = self._fields.get(name)
        return None if text is None else Target.parse(text)

    def _groups(self) -> Groups:
        return Groups(Group(group["id"], group["displayName"], group.get("externalId")) for group in self._fields["groups"])

    def __repr__(self) -> str:
        """Leaves the documents out: they hold personal data."""
        return f"{type(self).__name__}({self.connection}, {self.idp})"


class Forward(_Input[S]):
    """What ``to_target`` works on."""

    @cached_property
    def source(self) -> Source:
        """The source after the operation."""
        return Source.parse(self._fields["source"])

    @cached_property
    def remembered(self) -> Source | None:
        """The source as remembered from before the operation; none when the user is new."""
        return self._source("remembered")

    @cached_property
    def draft(self) -> Target:
        """The target so far: change it and answer it."""
        return Target.parse(self._fields["draft"])

    @cached_property
    def groups(self) -> Groups:
        """The groups that the user is a member of."""
        return self._groups()


class Backward(_Input[S]):
    """What ``to_source`` works on."""

    @cached_property
    def target(self) -> Target:
        """The target as CXone shows it."""
        return Target.parse(self._fields["target"])

    @cached_property
    def remembered(self) -> Source | None:
        """The source as remembered; none for somebody whom the identity provider never wrote."""
        return self._source("remembered")

    @cached_property
    def draft(self) -> Source:
        """The source so far."""
        return Source.parse(self._fields["draft"])

    def start(self) -> Source:
        """What to start from: the source so far or, where there is none yet, the remembered one. Change it and answer it."""
        if self.remembered is not None and not self.draft.members:
            return self.remembered
        return self.draft


class Occasion(_Input[S]):
    """What ``choose`` and ``decide`` see."""

    def __init__(self, fields: Fields, settings: S) -> None:
        super().__init__(fields, settings)
        self.operation: str = fields["operation"]
        """``create``, ``replace``, ``update``, ``deactivate``, ``revive`` or ``re-evaluate``; more may come."""
        self.moment: str = fields["moment"]
        """The moment of the operation, RFC 3339 in UTC: the only clock that there is."""

    @cached_property
    def source(self) -> Source:
        """The source after the operation."""
        return Source.parse(self._fields["source"])

    @cached_property
    def source_before(self) -> Source | None:
        """The source before it; none when the user is new."""
        return self._source("sourceBefore")

    @cached_property
    def target(self) -> Target:
        """The target as the plugins before left it."""
        return Target.parse(self._fields["target"])

    @cached_property
    def held(self) -> Target | None:
        """The target as CXone holds it; none when CXone has no such user or was not asked."""
        return self._target("held")

    @cached_property
    def groups(self) -> Groups:
        """The groups that the user is a member of."""
        return self._groups()
