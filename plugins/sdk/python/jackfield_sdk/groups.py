"""The groups that a user is a member of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """A group that the user is a member of."""

    id: str
    """The group's id in Jackfield."""
    display_name: str = ""
    """The group's name; empty when it has none."""
    external_id: str | None = None
    """The identity provider's own id of the group, where it sent one."""

    def is_(self, name_or_id: str) -> bool:
        """Whether settings mean this group: by display name, without case, or by external id or id, exactly."""
        named = self.display_name != "" and self.display_name.lower() == name_or_id.lower()
        return named or name_or_id in (self.external_id, self.id)


class Groups:
    """The groups that the user is a member of, in the host's order: ``"CX Agents" in call.groups``."""

    __slots__ = ("_groups",)

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        self._groups = tuple(groups)

    def find(self, name_or_id: str) -> Group | None:
        """The group that settings mean by this name or id, if the user is a member."""
        return next((group for group in self._groups if group.is_(name_or_id)), None)

    def contains(self, name_or_id: str) -> bool:
        """Whether the user is a member of the group that settings mean by this name or id."""
        return self.find(name_or_id) is not None

    def __contains__(self, name_or_id: object) -> bool:
        return isinstance(name_or_id, str) and self.contains(name_or_id)

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Groups) and self._groups == other._groups

    def __repr__(self) -> str:
        return f"Groups({len(self)})"
