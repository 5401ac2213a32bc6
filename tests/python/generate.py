"""People and filters, made up by a seeded generator: the same ones in every run."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from stage import ENTERPRISE, USER

WORDS = ["Ada", "ADA", "ada lin", "Émile", "émile", "Ωmega", "a\\b", 'say "hi"', "100%_x", "Lead", "lead ", "x", "Zoë", "北京", "O'Neil"]
TIMES = ["2011-05-13T04:42:34Z", "2999-01-01T00:00:00Z"]


def person(random: Random, number: int) -> dict[str, Any]:
    """A user with whatever attributes chance gives them. Inactive, so that nothing but the filter is at work."""
    user: dict[str, Any] = {
        "schemas": [USER, ENTERPRISE],
        "userName": f"{random.choice(['User', 'user', 'USER'])}.{number}@Example.com",
        "name": {"givenName": random.choice(WORDS), "familyName": random.choice(WORDS)},
        "active": False,
        "emails": [
            {"value": f"{random.choice(['a', 'B', 'c'])}.{number}@{random.choice(['example.com', 'Example.net'])}", "type": kind}
            for kind in random.sample(["work", "home", "other"], random.randint(1, 3))
        ],
    }
    user["emails"][0]["primary"] = True
    for name in ("displayName", "nickName", "title", "userType", "preferredLanguage"):
        if random.random() < 0.6:
            user[name] = random.choice(WORDS)
    if random.random() < 0.5:
        user["externalId"] = random.choice(["Hr-1", "hr-1", "HR-2", str(number)])
    if random.random() < 0.5:
        user["phoneNumbers"] = [{"value": f"+1 555 01{number % 100:02}", "type": random.choice(["work", "mobile"])}]
    if random.random() < 0.4:
        user["addresses"] = [{"type": "work", "locality": random.choice(WORDS), "country": random.choice(["GB", "gb", "US"])}]
    enterprise = {name: random.choice(WORDS) for name in ("department", "costCenter") if random.random() < 0.6}
    if random.random() < 0.3:
        enterprise["employeeNumber"] = str(random.randint(1, 99))
    if enterprise:
        user[ENTERPRISE] = enterprise
    else:
        user["schemas"] = [USER]
    return user


@dataclass(frozen=True)
class Attribute:
    """An attribute that a filter may name, and what it may be compared with."""

    path: str
    kind: str


ATTRIBUTES = [
    *[Attribute(path, "text") for path in ("displayName", "nickName", "title", "userType", "preferredLanguage", "externalId")],
    Attribute("userName", "name"),
    *[Attribute(path, "text") for path in ("name.givenName", "name.familyName")],
    Attribute("emails.value", "mail"),
    Attribute("emails", "mail"),
    Attribute("emails.type", "type"),
    Attribute("phoneNumbers.value", "phone"),
    Attribute("addresses.country", "country"),
    Attribute("addresses.locality", "text"),
    Attribute("active", "flag"),
    Attribute("emails.primary", "flag"),
    Attribute("meta.created", "time"),
    Attribute("meta.lastModified", "time"),
    *[Attribute(f"{ENTERPRISE}:{name}", "text") for name in ("department", "costCenter")],
    Attribute(f"{ENTERPRISE}:employeeNumber", "digits"),
    Attribute(f"{USER}:title", "text"),
    Attribute(f"{USER}:name.givenName", "text"),
]

ELEMENTS = {
    "emails": [Attribute("value", "mail"), Attribute("type", "type"), Attribute("primary", "flag")],
    "phoneNumbers": [Attribute("value", "phone"), Attribute("type", "type")],
    "addresses": [Attribute("locality", "text"), Attribute("country", "country"), Attribute("type", "type")],
}

TEXTUAL = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
OPERATORS = {"flag": ["eq", "ne"], "time": ["eq", "ne", "gt", "ge", "lt", "le"]}


def quoted(text: str) -> str:
    """A JSON string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def value(random: Random, kind: str) -> str:
    """A value to compare with, as it stands in a filter."""
    if kind == "flag":
        return random.choice(["true", "false"])
    if kind == "time":
        return quoted(random.choice(TIMES))
    pool = {
        "name": ["user.1", "USER.", "@example.COM", "user.7@example.com", "5"],
        "mail": ["a.1@example.com", "B.", "example.net", "@EXAMPLE", "c.3@example.com"],
        "type": ["work", "Home", "o"],
        "phone": ["+1 555 0101", "555", "01"],
        "country": ["GB", "us", "g"],
        "digits": ["7", "42", "1"],
        "text": WORDS,
    }[kind]
    text = random.choice(pool)
    if random.random() < 0.3:
        start = random.randrange(len(text))
        text = text[start : random.randint(start + 1, len(text))] or text
    if random.random() < 0.2:
        text = text.swapcase()
    return quoted(text)


def comparison(random: Random, attributes: list[Attribute]) -> str:
    """One comparison, its names and operator in any case."""
    attribute = random.choice(attributes)
    path = attribute.path
    if random.random() < 0.15 and not path.startswith("urn:"):
        path = path.swapcase()
    if random.random() < 0.15:
        return f"{path} pr"
    operator = random.choice(OPERATORS.get(attribute.kind, TEXTUAL))
    if random.random() < 0.15:
        operator = operator.upper()
    return f"{path} {operator} {value(random, attribute.kind)}"


def tree(random: Random, depth: int, leaf: Any) -> str:
    """Comparisons joined by and, or, not and grouping."""
    if depth == 0 or random.random() < 0.35:
        return str(leaf())
    form = random.random()
    if form < 0.2:
        return f"not ({tree(random, depth - 1, leaf)})"
    if form < 0.4:
        return f"({tree(random, depth - 1, leaf)})"
    joint = random.choice(["and", "or", "AND", "or"])
    return f"{tree(random, depth - 1, leaf)} {joint} {tree(random, depth - 1, leaf)}"


def filter_(random: Random) -> str:
    """A filter."""

    def leaf() -> str:
        if random.random() < 0.2:
            name, inside = random.choice(list(ELEMENTS.items()))
            return f"{name}[{tree(random, 2, lambda: comparison(random, inside))}]"
        return comparison(random, ATTRIBUTES)

    return tree(random, 3, leaf)
