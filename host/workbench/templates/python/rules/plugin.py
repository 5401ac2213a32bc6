"""Every user name is of one domain."""

from dataclasses import dataclass

from jackfield_sdk import Decision, Occasion, Plugin


@dataclass
class Settings:
    """What is written here is shown to whoever configures the plugin."""

    domain: str
    """The domain that user names end with, as `example.com`."""


plugin = Plugin(Settings)


@plugin.decide
def decide(call: Occasion[Settings]) -> Decision:
    """What becomes of the write. A denial says what is wrong and what to do, without values of the person."""
    domain = call.settings.domain
    _, at, own = (call.target.user_name or "").rpartition("@")
    if at and own.lower() == domain.lower():
        return Decision.allow()
    return (
        Decision.deny("userName", "the user name is of another domain")
        .scim_type("invalidValue")
        .fix(f"use a user name that ends with @{domain}")
    )
