"""What choosers and rules answer."""

from dataclasses import dataclass, replace
from typing import Any

from .target import Target


def _text(value: str, what: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a string")
    return value


@dataclass(frozen=True, slots=True)
class Deferral:
    """Why a write waits: the source is kept and acknowledged, CXone follows when the rule lets it."""

    detail: str
    """What is awaited, in a few words."""
    attribute: str | None = None
    """The attribute or group concerned."""


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a write is refused for good. The identity provider gets it as a SCIM error (RFC 7644, section 3.12)."""

    attribute: str | None
    """The attribute that broke the rule, as the target names it."""
    detail: str
    """What is wrong, in words that an administrator understands."""
    fix: str = ""
    """What to do about it."""
    status: int = 400
    """The HTTP status, 400 to 499."""
    scim_type: str | None = None
    """RFC 7644's scimType, such as ``invalidValue``."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule's answer. Each word gives a new one, so they are chained::

    Decision.allow().warn("the team has no supervisor")
    Decision.defer("waits for a group")
    Decision.deny("role", "the role is not active in CXone").fix("activate the role Agent in CXone, or name another")
    """

    verdict: Target | Deferral | Denial | None = None
    """What becomes of the write: none goes through as it is, with a ``Target`` that one goes through instead."""
    warnings: tuple[str, ...] = ()
    """Remarks for the operator; they change nothing. They must not hold values of the person."""

    @staticmethod
    def allow() -> "Decision":
        """The write goes through."""
        return Decision()

    @staticmethod
    def amend(target: Target) -> "Decision":
        """The write goes through with this target instead."""
        if not isinstance(target, Target):
            raise TypeError("what is amended must be a target")
        return Decision(target)

    @staticmethod
    def defer(detail: str) -> "Decision":
        """The write waits for what ``detail`` says."""
        return Decision(Deferral(_text(detail, "the detail of a deferral")))

    @staticmethod
    def deny(attribute: str, detail: str) -> "Decision":
        """The write is refused: status 400 and no scimType unless said otherwise. Say what to do by ``fix``."""
        _text(detail, "the detail of a denial")
        return Decision(Denial(_text(attribute, "the attribute of a denial"), detail))

    def warn(self, warning: str) -> "Decision":
        """Adds a remark for the operator."""
        return replace(self, warnings=(*self.warnings, _text(warning, "a warning")))

    def status(self, status: int) -> "Decision":
        """A denial's HTTP status. Does nothing to other verdicts."""
        if not isinstance(status, int) or not 400 <= status <= 499:
            raise ValueError("the status of a denial is one of 400 to 499")
        return self._denial(status=status)

    def scim_type(self, scim_type: str) -> "Decision":
        """A denial's scimType. Does nothing to other verdicts."""
        return self._denial(scim_type=_text(scim_type, "the scimType of a denial"))

    def fix(self, fix: str) -> "Decision":
        """What to do about a denial. Does nothing to other verdicts."""
        return self._denial(fix=_text(fix, "the fix of a denial"))

    def attribute(self, name: str) -> "Decision":
        """The attribute or group that a deferral or denial concerns. Does nothing to other verdicts."""
        _text(name, "the attribute concerned")
        if isinstance(self.verdict, Deferral):
            return replace(self, verdict=replace(self.verdict, attribute=name))
        return self._denial(attribute=name)

    def _denial(self, **said: Any) -> "Decision":
        return replace(self, verdict=replace(self.verdict, **said)) if isinstance(self.verdict, Denial) else self

    @property
    def denial(self) -> Denial | None:
        """The denial, if it is one."""
        return self.verdict if isinstance(self.verdict, Denial) else None


@dataclass(frozen=True, slots=True)
class Choice:
    """A template chooser's answer: ``Choice.template("Voice agents", "by skill")``."""

    name: str | None
    """The template's name; none for no template."""
    reason: str
    """Why, in a few words without values of the person."""

    @staticmethod
    def template(name: str, reason: str) -> "Choice":
        """This template."""
        return Choice(_text(name, "a template's name"), _text(reason, "the reason of a choice"))

    @staticmethod
    def none(reason: str) -> "Choice":
        """No template."""
        return Choice(None, _text(reason, "the reason of a choice"))
