"""What the host adds to a call beside its documents."""

from typing import Any

from . import document
from .errors import InputError
from .target import Target


class Facts:
    """The ``facts`` of a call. Which ones a call has is said in ``wit/``; every one may be absent, and later hosts add more."""

    __slots__ = ("_members",)

    def __init__(self, members: dict[str, Any] | None = None) -> None:
        self._members = members or {}

    @classmethod
    def parse(cls, text: str) -> "Facts":
        """Facts from their JSON text."""
        return cls(document.parse(text))

    def get(self, name: str) -> Any:
        """A fact by its name in the contract; none where it is absent or ``null``."""
        return self._members.get(name)

    @property
    def default_role(self) -> str | None:
        """The role that a user gets in CXone when none is named; none where the tenant has no such role, or for a look-up."""
        role = self.get("defaultRole")
        return role if isinstance(role, str) and role else None

    @property
    def accepted(self) -> Target | None:
        """What CXone last accepted of this user; none for somebody who was never written there."""
        accepted = self.get("accepted")
        if accepted is None:
            return None
        if not isinstance(accepted, dict):
            raise InputError("the fact `accepted` is not a JSON object")
        return Target.from_members(accepted)

    def __repr__(self) -> str:
        """Names the facts only: their values may be a person's."""
        return f"Facts({', '.join(self._members)})"
