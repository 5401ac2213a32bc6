"""The team of a user is what one attribute says: the department, where the settings name no other."""

from dataclasses import dataclass

from jackfield_sdk import Backward, Forward, Path, Plugin, Source, Target

# The attribute that is read where the settings name none.
DEPARTMENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"


@dataclass
class Settings:
    """What is written here is shown to whoever configures the plugin."""

    attribute: str = DEPARTMENT
    """The path of the attribute that names the team, as `title` or `urn:...:User:department`."""


# `takes` is what the identity provider must send.
plugin = Plugin(Settings, takes=[DEPARTMENT])


@plugin.validate
def validate(settings: Settings) -> None:
    """Checks what types cannot say; a `ValueError` is what is wrong."""
    Path.parse(settings.attribute)


@plugin.to_target
def to_target(call: Forward[Settings]) -> Target:
    """The user as CXone should hold it: what other plugins set stays."""
    team = call.source.text(call.settings.attribute)
    if team is not None:
        call.draft.team = team
    return call.draft


@plugin.to_source
def to_source(call: Backward[Settings]) -> Source:
    """The way back, when CXone's user is shown to the identity provider: whatever came from there goes back as it was."""
    source, team = call.start(), call.target.team
    if team is not None and source.text(call.settings.attribute) != team:
        source.set(call.settings.attribute, team)
    return source
