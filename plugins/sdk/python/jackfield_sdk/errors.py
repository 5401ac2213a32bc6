"""What a plugin raises when it cannot do its work."""

from typing import ClassVar


class PluginError(Exception):
    """A plugin's failure. It is no decision: to refuse a user, answer ``Decision.deny``.

    The host answers the write with 503 and the message is logged, so it must not hold values of the person.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, attribute: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.attribute = attribute
        """The attribute concerned, if there is one."""

    def __str__(self) -> str:
        concerned = f"{self.attribute}: " if self.attribute else ""
        return f"{self.code}: {concerned}{self.message}"


class SettingsError(PluginError):
    """The settings make no sense."""

    code = "settings"


class InputError(PluginError):
    """The input cannot be handled."""

    code = "input"


class InternalError(PluginError):
    """A fault of the plugin's own. Any other exception that leaves a plugin becomes one, with its type, message and place."""
