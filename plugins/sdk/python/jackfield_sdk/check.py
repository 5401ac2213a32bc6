"""Checks a value against a JSON Schema (2020-12), as far as settings need it.

The host checks the whole schema when a configuration is loaded; this is for native runs and for what is called without that.
Keywords that are not below are left to the host. Messages name the place, in serde's words as the SDK for Rust has them, and
hold no values: those may be secrets.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

Schema = dict[str, Any] | bool

# Mistakes named at once.
_SHOWN = 5

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}

_LIMITS: list[tuple[str, str, Callable[[float, float], bool]]] = [
    ("minimum", "at least", operator.ge),
    ("maximum", "at most", operator.le),
    ("exclusiveMinimum", "more than", operator.gt),
    ("exclusiveMaximum", "less than", operator.lt),
]


def mistakes(value: Any, schema: Schema, place: str = "settings") -> list[str]:
    """What is wrong with a value, if anything, each mistake with its place."""
    return list(islice(_mistakes(value, schema, place, schema), _SHOWN))


def is_a(value: Any, kind: str) -> bool:
    """Whether a value is of a type by JSON Schema's name."""
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(kind, ()))


def equal(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; ``true`` is no number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(equal(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def _mistakes(value: Any, schema: Schema, place: str, root: Schema) -> Iterator[str]:
    if isinstance(schema, bool):
        if not schema:
            yield f"{place}: must not be there"
        return
    if "$ref" in schema:
        yield from _mistakes(value, _target(schema["$ref"], root), place, root)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_a(value, kind) for kind in kinds):
        yield f"{place}: invalid type, expected {_a(kinds)}"
        return
    allowed = [schema["const"]] if "const" in schema else schema.get("enum")
    if allowed is not None and not any(equal(value, one) for one in allowed):
        yield f"{place}: unknown variant, expected {_names(allowed)}"
    for one in schema.get("allOf", []):
        yield from _mistakes(value, one, place, root)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            fits = sum(not any(_mistakes(value, one, place, root)) for one in schema[keyword])
            if fits == 0:
                yield f"{place}: is none of the forms that it may have"
            elif keyword == "oneOf" and fits > 1:
                yield f"{place}: has more than one of the forms that it may have"
    if isinstance(value, dict):
        yield from _object(value, schema, place, root)
    elif isinstance(value, list):
        yield from _bounds(len(value), schema, place, "minItems", "maxItems", "items")
        if schema.get("uniqueItems") and any(equal(one, two) for at, one in enumerate(value) for two in value[:at]):
            yield f"{place}: must not name anything twice"
        for at, item in enumerate(value):
            yield from _mistakes(item, schema.get("items", True), f"{place}[{at}]", root)
    elif isinstance(value, str):
        yield from _bounds(len(value), schema, place, "minLength", "maxLength", "characters")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{place}: must match `{schema['pattern']}`"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        for keyword, words, fits in _LIMITS:
            if keyword in schema and not fits(value, schema[keyword]):
                yield f"{place}: must be {words} {schema[keyword]}"


def _object(value: dict[str, Any], schema: dict[str, Any], place: str, root: Schema) -> Iterator[str]:
    known = schema.get("properties", {})
    for key in schema.get("required", []):
        if key not in value:
            yield f"{place}: missing field `{key}`"
    patterns = schema.get("patternProperties", {})
    other = schema.get("additionalProperties", True)
    for key, inner in value.items():
        inside = f"{place}.{key}"
        fitting = [one for pattern, one in patterns.items() if re.search(pattern, key)]
        if key in known:
            fitting.append(known[key])
        if not fitting and other is False:
            expected = f"expected {_names(known)}" if known else "there are no fields"
            yield f"{place}: unknown field `{key}`, {expected}"
            continue
        for one in fitting or [other]:
            yield from _mistakes(inner, one, inside, root)
    yield from _bounds(len(value), schema, place, "minProperties", "maxProperties", "keys")


def _bounds(size: int, schema: dict[str, Any], place: str, least: str, most: str, what: str) -> Iterator[str]:
    if size < schema.get(least, 0):
        yield f"{place}: must have at least {schema[least]} {what}"
    if size > schema.get(most, size):
        yield f"{place}: must have at most {schema[most]} {what}"


def _target(reference: str, root: Schema) -> Schema:
    """What a reference into the same schema means. Others are the host's to refuse."""
    found: Any = root
    for part in reference.removeprefix("#").split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        found = found.get(part, True) if isinstance(found, dict) else True
    return found if isinstance(found, dict | bool) else True


def _a(kinds: list[str]) -> str:
    words = {"object": "a table", "array": "a list", "integer": "a whole number", "boolean": "true or false", "null": "null"}
    return " or ".join(words.get(kind, f"a {kind}") for kind in kinds)


def _names(all: Iterable[Any]) -> str:
    spelt = [f"`{one}`" for one in all]
    return f"one of {', '.join(spelt)}" if len(spelt) > 2 else " or ".join(spelt)
