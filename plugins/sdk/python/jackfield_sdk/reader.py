"""Settings from JSON: values of the types that a dataclass names."""

import types
from collections.abc import Callable
from dataclasses import Field, fields
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from .check import equal, is_a, mistakes
from .schema import default_of


class Unfit(Exception):
    """A value is not of the type; the schema says why."""


Reader = Callable[[Any], Any]


def reader(kind: Any) -> Reader:
    """What makes a value of a type from JSON, ``Unfit`` where it is none. Made once: a call then runs plain functions, and
    a component touches little of its memory, each page of which costs a fresh instance time."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return lambda value: value
    if kind is float:
        return lambda value: float(_fit(value, not isinstance(value, bool) and isinstance(value, int | float)))
    if kind is int:
        return lambda value: int(_fit(value, is_a(value, "integer")))
    if kind in (str, bool, type(None), list, dict):
        return lambda value: _fit(value, isinstance(value, kind))
    if origin is Literal:
        return lambda value: _fit(value, any(equal(value, one) for one in arguments))
    if origin in (Union, types.UnionType):
        return _first([reader(one) for one in arguments])
    if origin is list:
        item = reader(arguments[0])
        return lambda value: [item(one) for one in _fit(value, isinstance(value, list))]
    if origin is dict:
        inner = reader(arguments[1])
        return lambda value: {key: inner(one) for key, one in _fit(value, isinstance(value, dict)).items()}
    if issubclass(kind, Enum):
        known = {member.value: member for member in kind}
        return lambda value: known[_fit(value, isinstance(value, str | int) and value in known)]
    return _dataclass(kind)


def _field(each: Field[Any], kind: Any) -> Reader:
    plain, more = reader(kind), each.metadata.get("schema")
    return plain if more is None else lambda value: plain(_fit(value, not mistakes(value, more)))


def _fit(value: Any, fits: bool) -> Any:
    if not fits:
        raise Unfit
    return value


def _first(readers: list[Reader]) -> Reader:
    def read(value: Any) -> Any:
        for one in readers:
            try:
                return one(value)
            except Unfit:
                pass
        raise Unfit

    return read


def _dataclass(kind: Any) -> Reader:
    types_ = get_type_hints(kind)
    readers = {each.name: _field(each, types_[each.name]) for each in fields(kind) if each.init}
    required = [each.name for each in fields(kind) if each.init and not default_of(each)[0]]

    def read(value: Any) -> Any:
        known = isinstance(value, dict) and all(key in readers for key in value)
        _fit(value, known and all(name in value for name in required))
        return kind(**{key: readers[key](one) for key, one in value.items()})

    return read
