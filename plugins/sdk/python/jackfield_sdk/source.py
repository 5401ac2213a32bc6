"""A SCIM User as the identity provider states it."""

import json
from collections.abc import Callable
from typing import Any

from . import document
from .document import same
from .errors import InputError
from .path import Path, boolean

# Core attributes of RFC 7643, section 4.1.2, that hold several values. Written where nothing is yet, they become lists.
_MULTI_VALUED = frozenset(
    ["emails", "phonenumbers", "roles", "addresses", "ims", "photos", "groups", "entitlements", "x509certificates"]
)

# The methods below are called like these, by the words of the other SDKs.
_Text = str
_Boolean = bool


class Source:
    """A SCIM User (RFC 7643) as the identity provider states it, normalised by the host.

    Attribute names are compared without case. A path is a text (see ``Path``) or a ``Path``; a malformed one raises
    ``PathError``::

        source = Source({"emails": [{"type": "work", "value": "ada@example.com"}]})
        source.str('emails[type eq "work"].value')      # "ada@example.com"
        source.set("name.givenName", "Ada")
        source.str("NAME.givenname")                    # "Ada"
    """

    __slots__ = ("_text", "members")

    def __init__(self, members: dict[str, Any] | None = None) -> None:
        self.members: dict[str, Any] = {} if members is None else members
        """The whole resource."""
        self._text: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Source":
        """A source from its JSON text."""
        source = cls(document.parse(text))
        source._text = text
        return source

    def get(self, path: str | Path) -> Any:
        """The value at a path; none where there is nothing, or ``null``.

        Without a filter, a sub-attribute of a multi-valued attribute is that of the first element that has it.
        """
        path = _path(path)
        holder: Any = self.members
        if path.extension is not None:
            holder = _member(holder, path.extension)
        value = _member(holder, path.attribute)
        if path.sub is None and not path.filter:
            return value
        for element in _elements(value):
            if not _matches(element, path):
                continue
            found = element if path.sub is None else _member(element, path.sub)
            if found is not None:
                return found
        return None

    def str(self, path: _Text | Path) -> _Text | None:
        """The text at a path. A complex value stands for its ``value``, a multi-valued one for its first element, as SCIM
        has it for ``manager`` and ``emails``. Empty texts are texts."""
        value = _simple(self.get(path))
        return value if isinstance(value, _Text) else None

    def text(self, path: _Text | Path) -> _Text | None:
        """The simple value at a path as text: numbers and booleans as JSON writes them."""
        value = _simple(self.get(path))
        return value if value is None or isinstance(value, _Text) else json.dumps(value)

    def bool(self, path: _Text | Path) -> _Boolean | None:
        """The boolean at a path. The texts ``true`` and ``false`` count."""
        value = _simple(self.get(path))
        return boolean(value) if isinstance(value, _Text | _Boolean) else None

    def set(self, path: _Text | Path, value: Any) -> None:
        """Writes a value. What is missing on the way is made: the extension, a complex attribute, the element that a filter
        asks for (with the filter's values, so that ``emails[type eq "work"].value`` makes a work e-mail). A simple value
        written over a complex one is its ``value``.
        """
        path = _path(path)
        holder = self.members
        if path.extension is not None:
            holder = _complex(holder[_slot(holder, path.extension, dict)], path)
        if path.filter:
            self._set_element(holder, path, value)
        elif path.sub is None:
            _put(holder, _slot(holder, path.attribute), value)
        else:
            multi = path.extension is None and same(path.attribute) in _MULTI_VALUED
            place = holder[_slot(holder, path.attribute, list if multi else dict)]
            if isinstance(place, list):
                having = (at for at, element in enumerate(place) if _member(element, path.sub) is not None)
                at = next(having, 0)
                if not place:
                    place.append({})
                place = place[at]
            place = _complex(place, path)
            _put(place, _slot(place, path.sub), value)

    @staticmethod
    def _set_element(holder: dict[_Text, Any], path: Path, value: Any) -> None:
        key = _slot(holder, path.attribute, list)
        if isinstance(holder[key], dict):
            holder[key] = [holder[key]]
        elements = holder[key]
        if not isinstance(elements, list):
            raise _blocked(path)
        at = next((at for at, element in enumerate(elements) if _matches(element, path)), len(elements))
        if at == len(elements):
            elements.append({comparison.attribute: comparison.value() for comparison in path.filter})
        if path.sub is None:
            _put(elements, at, value)
        else:
            _put(elements[at], _slot(elements[at], path.sub), value)

    def to_json(self) -> _Text:
        """The resource as a JSON text: the bytes it came from if nothing was changed."""
        text = document.write(self.members)
        if self._text is not None and document.write(json.loads(self._text)) == text:
            return self._text
        return text

    def __eq__(self, other: object) -> _Boolean:
        return isinstance(other, Source) and document.write(self.members) == document.write(other.members)

    def __repr__(self) -> _Text:
        """Names the attributes only: their values are a person's."""
        return f"Source({', '.join(self.members)})"


def _path(path: str | Path) -> Path:
    return path if isinstance(path, Path) else Path.parse(path)


def _blocked(path: Path) -> InputError:
    return InputError("the path leads through a value without sub-attributes", path.attribute)


def _complex(value: Any, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _blocked(path)
    return value


def _member(members: Any, name: str) -> Any:
    """The member of this name, without case; none for ``null``, and of what has no members."""
    if not isinstance(members, dict):
        return None
    if name in members:
        return members[name]
    wanted = same(name)
    return next((value for key, value in members.items() if same(key) == wanted), None)


def _slot(members: dict[str, Any], name: str, make: Callable[[], Any] = lambda: None) -> str:
    """The key of the member of this name, made if it is missing or ``null``."""
    wanted = same(name)
    key = next((key for key in members if same(key) == wanted), name)
    if members.get(key) is None:
        members[key] = make()
    return key


def _put(holder: Any, key: str | int, value: Any) -> None:
    """Puts a value in its place; a simple value over a complex one becomes its ``value``."""
    place = holder[key]
    if isinstance(value, dict | list) or not isinstance(place, dict | list):
        holder[key] = value
    elif isinstance(place, dict):
        place[_slot(place, "value")] = value
    elif not place:
        place.append({"value": value})
    elif isinstance(place[0], dict):
        place[0][_slot(place[0], "value")] = value
    else:
        place[0] = value


def _elements(value: Any) -> list[Any]:
    """A multi-valued attribute's elements; a single complex value counts as one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _matches(element: Any, path: Path) -> bool:
    return (not path.filter or isinstance(element, dict)) and all(
        comparison.equals(_member(element, comparison.attribute)) for comparison in path.filter
    )


def _simple(value: Any) -> Any:
    if isinstance(value, dict):
        inner = _member(value, "value")
        return None if isinstance(inner, dict | list) else inner
    if isinstance(value, list):
        found = (_simple(element) for element in value if not isinstance(element, list))
        return next((simple for simple in found if simple is not None), None)
    return value
