"""JSON texts as they cross the boundary."""

import json
from typing import Any

from .errors import InputError


def parse(text: str) -> dict[str, Any]:
    """The JSON object in a text. Errors name a position and no value: values are a person's."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"the document is not JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    if not isinstance(value, dict):
        raise InputError("the document is not a JSON object")
    return value


def write(value: object) -> str:
    """A value as a JSON text, compact, in the order of its members."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def same(text: str) -> str:
    """A text without case, as SCIM compares: ASCII letters only."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
