"""The tenant's roles, teams, login authenticators and templates: one unchanging snapshot. For choosers and rules; a mapper
has no access.

Natively, the snapshot is the one that a case gives (``jackfield_sdk.testing``).
"""

from .host import LoginAuthenticator, Role, Team, current

__all__ = [
    "LoginAuthenticator",
    "Role",
    "Team",
    "default_role",
    "find_login_authenticator",
    "find_role",
    "find_team",
    "login_authenticators",
    "roles",
    "teams",
    "templates",
    "version",
]


def roles() -> list[Role]:
    """All roles, in CXone's order."""
    return current().directory().roles()


def find_role(name_or_id: str) -> Role | None:
    """The role with this id, or else of this name, without case."""
    return current().directory().find_role(name_or_id)


def default_role() -> str:
    """The role that a user gets when none is named."""
    return current().directory().default_role()


def teams() -> list[Team]:
    """All teams, in CXone's order."""
    return current().directory().teams()


def find_team(name_or_id: str) -> Team | None:
    """The team with this id, or else of this name, without case."""
    return current().directory().find_team(name_or_id)


def login_authenticators() -> list[LoginAuthenticator]:
    """The login authenticators that the tenant's configuration states."""
    return current().directory().login_authenticators()


def find_login_authenticator(name_or_id: str) -> LoginAuthenticator | None:
    """The login authenticator with this id, or else of this name, without case."""
    return current().directory().find_login_authenticator(name_or_id)


def templates() -> list[str]:
    """The names of all templates."""
    return current().directory().templates()


def version() -> str:
    """Identifies the snapshot: equal versions hold equal content."""
    return current().directory().version()
