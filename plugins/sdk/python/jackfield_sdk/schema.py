"""The JSON Schema (2020-12) of a dataclass."""

import ast
import inspect
import textwrap
import types
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

_SIMPLE: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    Any: {},
}


class SchemaError(TypeError):
    """A type that settings cannot be of. Give the schema instead."""


def schema_of(kind: Any) -> dict[str, Any]:
    """The schema of a type: dataclasses, ``str``, ``bool``, ``int``, ``float``, ``list``, ``dict`` by ``str``, ``Literal``,
    ``Enum``, unions and ``None``.

    A field's description is the text below it or ``metadata={"description": ...}``; ``metadata={"schema": {...}}`` adds any
    keyword. Unknown keys are refused.
    """
    return _schema(kind, kind.__name__ if inspect.isclass(kind) else "settings", ())


def _schema(kind: Any, place: str, open_: tuple[type, ...]) -> dict[str, Any]:
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(one, place, open_) for one in arguments]}
    if kind is list or origin is list:
        return {"type": "array", "items": _schema(arguments[0], place, open_)} if arguments else {"type": "array"}
    if kind is dict or origin is dict:
        if arguments and arguments[0] is not str:
            raise SchemaError(f"{place}: the keys of a table are texts: dict[str, ...]")
        inner = {"additionalProperties": _schema(arguments[1], place, open_)} if arguments else {}
        return {"type": "object", **inner}
    if inspect.isclass(kind) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    if inspect.isclass(kind) and is_dataclass(kind):
        if kind in open_:
            raise SchemaError(f"{place}: {kind.__name__} holds itself; give the schema as a dict instead")
        return _object(kind, place, (*open_, kind))
    raise SchemaError(f"{place}: {kind!r} is no type for settings; use a dataclass, str, bool, int, float, list, dict, Literal")


def _object(kind: type, place: str, open_: tuple[type, ...]) -> dict[str, Any]:
    types_, texts = get_type_hints(kind), _texts(kind)
    properties, required = {}, []
    for each in fields(kind):
        if not each.init:
            continue
        inner = _schema(types_[each.name], f"{place}.{each.name}", open_)
        description = each.metadata.get("description", texts.get(each.name))
        if description:
            inner["description"] = description
        given, default = default_of(each)
        if not given:
            required.append(each.name)
        elif default is None or isinstance(default, str | bool | int | float | list | dict):
            inner["default"] = default
        properties[each.name] = inner | each.metadata.get("schema", {})
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    described = inspect.getdoc(kind)
    # A dataclass without words of its own gets its signature for them.
    if described and not described.startswith(f"{kind.__name__}("):
        schema["description"] = described
    return schema | ({"required": required} if required else {}) | {"additionalProperties": False}


def default_of(each: Field[Any]) -> tuple[bool, Any]:
    """Whether a field has a default, and which."""
    if each.default is not MISSING:
        return True, each.default.value if isinstance(each.default, Enum) else each.default
    if each.default_factory is not MISSING:
        return True, each.default_factory()
    return False, None


def _texts(kind: type) -> dict[str, str]:
    """The texts below a class's fields, where the source can be read."""
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return {}
    found: dict[str, str] = {}
    before: str | None = None
    for statement in body.body if isinstance(body, ast.ClassDef) else []:
        text = statement.value if isinstance(statement, ast.Expr) else None
        if before and isinstance(text, ast.Constant) and isinstance(text.value, str):
            found[before] = inspect.cleandoc(text.value)
        named = isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        before = statement.target.id if named else None  # type: ignore[attr-defined]
    return found
