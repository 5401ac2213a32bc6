"""The user as CXone should hold it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from . import document
from .errors import InputError, InternalError

# The texts, by name in Python and in the document, in the order in which a target is written.
_TEXTS = {
    "user_name": "userName",
    "given_name": "givenName",
    "middle_name": "middleName",
    "family_name": "familyName",
    "display_name": "displayName",
    "email": "email",
    "mobile_number": "mobileNumber",
    "time_zone": "timeZone",
    "user_type": "userType",
    "role": "role",
    "team": "team",
    "login_authenticator": "loginAuthenticator",
    "external_identity": "externalIdentity",
}
_LISTS = {"application_attributes": "applicationAttributes", "secondary_roles": "secondaryRoles"}
_NAMES = {**_TEXTS, "active": "active", **_LISTS}
_MEMBERS = {name: member for member, name in _NAMES.items()}

TARGET_ATTRIBUTES = tuple(_MEMBERS)
"""The members' names in the document."""


@dataclass(slots=True, repr=False)
class Target:
    """The user as CXone should hold it: flat, every member optional. ``None`` is no opinion::

    target = Target.parse('{"userName":"ada@example.com","active":true}')
    target.role = "Agent"
    target.to_json()  # {"userName":"ada@example.com","role":"Agent","active":true}

    A misspelt name and a value of a wrong type are raised where they are set.
    """

    user_name: str | None = None
    """The name that the user signs in with."""
    given_name: str | None = None
    middle_name: str | None = None
    family_name: str | None = None
    display_name: str | None = None
    email: str | None = None
    mobile_number: str | None = None
    time_zone: str | None = None
    """An IANA name."""
    user_type: str | None = None
    role: str | None = None
    """The primary role, by name or id."""
    team: str | None = None
    """By name or id."""
    login_authenticator: str | None = None
    """By name or id."""
    external_identity: str | None = None
    """What an external login authenticator knows the user by."""
    active: bool | None = None
    """Whether the user may work."""
    application_attributes: list[str] = field(default_factory=list)
    """CXone's "Attributes", which decide features and billing. Empty is no opinion."""
    secondary_roles: list[str] = field(default_factory=list)
    """The roles beside the primary one, by name or id. Empty is no opinion."""
    others: dict[str, Any] = field(default_factory=dict)
    """Members of later versions: given back as they came."""

    def __setattr__(self, name: str, value: Any) -> None:
        member = _NAMES.get(name)
        if member is None and name != "others":
            raise AttributeError(f"unknown target attribute `{name}`, expected one of {_listed(_NAMES)}")
        if value is None and name in _LISTS:
            value = []
        wrong = None if value is None or member is None else _wrong(member, value)
        if wrong is not None:
            raise TypeError(wrong)
        object.__setattr__(self, name, value)

    @classmethod
    def parse(cls, text: str) -> "Target":
        """A target from its JSON text."""
        return cls.from_members(document.parse(text))

    @classmethod
    def from_members(cls, members: dict[str, Any]) -> "Target":
        """A target from the members of its document."""
        target = cls()
        for name, value in members.items():
            if value is None and name in _MEMBERS:
                continue
            wrong = _wrong(name, value)
            if wrong is not None:
                raise InputError(f"the document is not a target: {wrong}", name)
            if name in _MEMBERS:
                setattr(target, _MEMBERS[name], value)
            else:
                target.others[name] = value
        return target

    def get(self, name: str) -> Any:
        """A member by its name in the document, as ``userName``; none where there is no opinion."""
        value = getattr(self, _MEMBERS[name]) if name in _MEMBERS else self.others.get(name)
        return None if value == [] else value

    def set(self, name: str, value: Any) -> None:
        """Sets a member by its name in the document; ``None`` takes the opinion back."""
        if name not in _MEMBERS:
            raise ValueError(f"unknown target attribute `{name}`, expected one of {_listed(_MEMBERS)}")
        setattr(self, _MEMBERS[name], value)

    def clear(self, name: str) -> None:
        """Takes back the opinion on a member, by its name in the document."""
        self.set(name, None)

    def has(self, name: str) -> bool:
        """Whether there is an opinion on a member, by its name in the document."""
        return self.get(name) is not None

    def to_members(self) -> dict[str, Any]:
        """The members of the document, in their order."""
        members = {name: self.get(name) for name in _MEMBERS}
        members = {name: value for name, value in members.items() if value is not None} | self.others
        for name, value in members.items():
            wrong = _wrong(name, value)
            if wrong is not None:
                raise InternalError(f"the target cannot be written: {wrong}", name)
        return members

    def to_json(self) -> str:
        """The target as a JSON text."""
        return document.write(self.to_members())

    def __repr__(self) -> str:
        """Names the members only: their values are a person's."""
        names = [member for member, name in _NAMES.items() if self.has(name)]
        return f"Target({', '.join([*names, *self.others])})"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _wrong(name: str, value: Any) -> str | None:
    """What is wrong with a member, without its value."""
    member = _MEMBERS.get(name)
    if member == "active":
        return None if isinstance(value, bool) else "`active` must be true or false"
    if member in _LISTS:
        texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return None if texts else f"`{name}` must be a list of strings"
    if member in _TEXTS:
        return None if isinstance(value, str) else f"`{name}` must be a string"
    return None
