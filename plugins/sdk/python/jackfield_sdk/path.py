"""Attribute paths: RFC 7644, section 3.10, with the value filters of section 3.5.2 as far as identity providers use them."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .document import same

_CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:user"

# RFC 7643, section 2.1; `$ref` is the one name that starts otherwise.
_NAME = re.compile(r"[A-Za-z$][A-Za-z0-9_-]*\Z")
_WORD = re.compile(r'\s*([^\s\]"]+)')
_TEXT = re.compile(r'\s*("(?:[^"\\]|\\.)*")', re.DOTALL)


class PathError(ValueError):
    """What is wrong with a path."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"`{path}` is not an attribute path: {reason}")


@dataclass(frozen=True, slots=True)
class Comparison:
    """``attribute eq literal``."""

    attribute: str
    literal: str | bool

    def equals(self, value: Any) -> bool:
        """Texts without case, and ``"True"`` equals ``true`` (Entra compares ``primary`` with a string)."""
        if isinstance(value, bool):
            return boolean(self.literal) is value
        if isinstance(value, str):
            if isinstance(self.literal, bool):
                return boolean(value) is self.literal
            return same(self.literal) == same(value)
        return isinstance(value, int | float) and self.literal == str(value)

    def value(self) -> str | bool:
        """What an element made for this comparison gets: ``primary`` is a boolean whatever the filter wrote."""
        made = boolean(self.literal) if same(self.attribute) == "primary" else None
        return self.literal if made is None else made


@dataclass(frozen=True, slots=True)
class Path:
    """A path such as ``userName``, ``name.givenName``, ``emails[type eq "work"].value`` or
    ``urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department``.

    In a filter, ``eq`` compares; several comparisons are joined by ``and``. The core User URN in front of a path is dropped.
    """

    extension: str | None
    """The extension that the attribute belongs to; none for a core attribute."""
    attribute: str
    filter: tuple[Comparison, ...]
    sub: str | None

    @staticmethod
    def parse(text: str) -> "Path":
        """Parses a path; ``PathError`` where it is malformed, or its filter uses anything but ``eq`` and ``and``."""
        return _parse(text)


def boolean(text: str | bool) -> bool | None:
    """Booleans come as words in some providers' filters and as texts in some bodies."""
    if isinstance(text, bool):
        return text
    return {"true": True, "false": False}.get(same(text))


@lru_cache(maxsize=256)
def _parse(whole: str) -> Path:
    head, bracket, rest = whole.strip().partition("[")
    urn, colon, name = head.rpartition(":")
    if colon and same(urn[:4]) != "urn:":
        raise PathError(whole, "what stands before the last colon must be a URN")
    extension = urn if colon and same(urn) != _CORE_USER else None
    comparisons: tuple[Comparison, ...] = ()
    sub: str | None
    if bracket:
        comparisons, after = _filter(whole, rest)
        if after and not after.startswith("."):
            raise PathError(whole, "after a filter only `.` and a sub-attribute may follow")
        attribute, sub = name, after[1:] if after else None
    else:
        attribute, dot, behind = name.partition(".")
        sub = behind if dot else None
    if not _NAME.match(attribute) or (sub is not None and not _NAME.match(sub)):
        raise PathError(whole, "attribute names start with a letter or `$` and hold letters, digits, `-`, `_`")
    return Path(extension, attribute, comparisons, sub)


def _filter(whole: str, text: str) -> tuple[tuple[Comparison, ...], str]:
    """Parses up to the closing bracket and hands back what follows it."""
    comparisons = []
    while True:
        attribute, text = _word(whole, text)
        if not _NAME.match(attribute):
            raise PathError(whole, 'a filter compares a sub-attribute, as in `type eq "work"`')
        operator, text = _word(whole, text)
        if same(operator) != "eq":
            raise PathError(whole, "the only operator in a filter is `eq`")
        literal, text = _literal(whole, text)
        comparisons.append(Comparison(attribute, literal))
        text = text.lstrip()
        if text.startswith("]"):
            return tuple(comparisons), text[1:]
        conjunction, text = _word(whole, text)
        if same(conjunction) != "and":
            raise PathError(whole, "comparisons in a filter are joined by `and`, and the filter ends with `]`")


def _word(whole: str, text: str) -> tuple[str, str]:
    found = _WORD.match(text)
    if found is None:
        raise PathError(whole, "the filter ends too early")
    return found[1], text[found.end() :]


def _literal(whole: str, text: str) -> tuple[str | bool, str]:
    if not text.lstrip().startswith('"'):
        bare, after = _word(whole, text)
        known = boolean(bare)
        return (bare if known is None else known), after
    quoted = _TEXT.match(text)
    if quoted is None:
        raise PathError(whole, "a text in the filter is not closed")
    try:
        # The literal is a JSON string (RFC 7644, section 3.4.2.2).
        return str(json.loads(quoted[1])), text[quoted.end() :]
    except json.JSONDecodeError:
        raise PathError(whole, "a text in the filter has a bad escape") from None
