"""Settings: the schema of a dataclass, what is refused, and how that is said."""

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

import pytest

from jackfield_sdk import Plugin, SettingsError
from jackfield_sdk.schema import SchemaError


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Rule:
    """One rule."""

    template: str
    when: str | list[str] = "always"


@dataclass
class Settings:
    domain: str
    """What user names
    end with."""
    rules: list[Rule] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)
    mode: Literal["strict", "lax"] = "lax"
    colour: Colour = Colour.RED
    share: float | None = None
    least: int = field(default=1, metadata={"description": "How many.", "schema": {"minimum": 1}})
    anything: Any = None
    loud: bool = False

    def __post_init__(self) -> None:
        if self.domain.startswith("@"):
            raise ValueError("domain: is written without `@`")


PLUGIN = Plugin(Settings, name="p", version="1.0.0")


def read(**settings):
    return PLUGIN.settings(json.dumps(settings))


def test_the_schema_says_what_the_types_say():
    schema = PLUGIN.schema
    assert schema["required"] == ["domain"]
    assert schema["additionalProperties"] is False
    assert "description" not in schema, "a dataclass without words has none"
    properties = schema["properties"]
    assert properties["domain"] == {"type": "string", "description": "What user names\nend with."}
    assert properties["mode"] == {"enum": ["strict", "lax"], "default": "lax"}
    assert properties["colour"] == {"enum": ["red", "blue"], "default": "red"}
    assert properties["limits"] == {"type": "object", "additionalProperties": {"type": "integer"}, "default": {}}
    assert properties["share"] == {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None}
    assert properties["least"] == {"type": "integer", "description": "How many.", "default": 1, "minimum": 1}
    rule = properties["rules"]["items"]
    assert rule["description"] == "One rule."
    assert rule["properties"]["when"]["anyOf"] == [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]


def test_values_become_what_the_types_say():
    settings = read(
        domain="example.com",
        rules=[{"template": "A", "when": ["x"]}, {"template": "B"}],
        colour="blue",
        share=1,
        limits={"a": 2},
    )
    assert settings.rules == [Rule("A", ["x"]), Rule("B", "always")]
    assert settings.colour is Colour.BLUE
    assert (settings.share, type(settings.share)) == (1.0, float)
    assert (settings.limits, settings.mode, settings.loud) == ({"a": 2}, "lax", False)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "settings: missing field `domain`"),
        ({"domain": 31337}, "settings.domain: invalid type, expected a string"),
        ({"domain": "d", "domian": "hunter2"}, "settings: unknown field `domian`, expected one of `domain`, `rules`,"),
        ({"domain": "d", "rules": [{"template": "A"}, {}]}, "settings.rules[1]: missing field `template`"),
        ({"domain": "d", "rules": [{"template": "A", "when": 31337}]}, "settings.rules[0].when: is none of the forms"),
        ({"domain": "d", "limits": {"a": "hunter2"}}, "settings.limits.a: invalid type, expected a whole number"),
        ({"domain": "d", "limits": {"a": True}}, "settings.limits.a: invalid type, expected a whole number"),
        ({"domain": "d", "mode": "hunter2"}, "settings.mode: unknown variant, expected `strict` or `lax`"),
        ({"domain": "d", "colour": "green"}, "settings.colour: unknown variant, expected `red` or `blue`"),
        ({"domain": "d", "least": 0}, "settings.least: must be at least 1"),
        ({"domain": "d", "loud": 1}, "settings.loud: invalid type, expected true or false"),
        ({"domain": "@d"}, "settings: domain: is written without `@`"),
    ],
)
def test_mistakes_are_said_by_place_and_without_values(settings, said):
    with pytest.raises(SettingsError) as refused:
        read(**settings)
    assert said in refused.value.message
    assert "hunter2" not in str(refused.value)
    assert "31337" not in str(refused.value)


def test_several_mistakes_are_said_at_once():
    with pytest.raises(SettingsError) as refused:
        read(mode=1, loud=2)
    assert refused.value.message.count("; ") == 2


def test_without_settings_every_key_is_unknown():
    with pytest.raises(SettingsError, match="unknown field `a`, there are no fields"):
        Plugin().settings('{"a":1}')


def test_a_schema_may_be_given():
    schema = {
        "type": "object",
        "properties": {
            "team": {"$ref": "#/$defs/name"},
            "more": {"type": "array", "items": {"$ref": "#/$defs/name"}, "maxItems": 1, "uniqueItems": True},
        },
        "required": ["team"],
        "additionalProperties": False,
        "$defs": {"name": {"type": "string", "minLength": 1, "pattern": "^[A-Z]"}},
    }
    plugin = Plugin(schema)
    assert plugin.schema == schema
    assert plugin.settings('{"team":"Blue"}') == {"team": "Blue"}
    for text, said in [
        ('{"team":""}', "settings.team: must have at least 1 characters"),
        ('{"team":"blue"}', "settings.team: must match `\\^\\[A-Z\\]`"),
        ('{"team":"Blue","more":["A","A"]}', "settings.more: must have at most 1 items; settings.more: must not name anything twice"),
        ('{"teem":"Blue"}', "unknown field `teem`"),
    ]:
        with pytest.raises(SettingsError, match=said):
            plugin.settings(text)


def test_what_a_schema_cannot_say_is_checked_before_every_call():
    plugin = Plugin({"type": "object"})

    @plugin.validate
    def check(settings: dict[str, Any]) -> None:
        if len(settings) > 1:
            raise ValueError("one key is enough")

    assert plugin.settings('{"a":1}') == {"a": 1}
    with pytest.raises(SettingsError, match="settings: one key is enough"):
        plugin.settings('{"a":1,"b":2}')


def test_types_that_no_settings_are_of_are_refused_when_the_module_is_imported():
    @dataclass
    class Sets:
        names: set[str]

    @dataclass
    class Numbered:
        table: dict[int, str]

    for kind, said in [(Sets, "Sets.names: "), (Numbered, "Numbered.table: the keys of a table are texts")]:
        with pytest.raises(SchemaError, match=said):
            Plugin(kind)
    with pytest.raises(TypeError, match="a dataclass or a JSON Schema"):
        Plugin(str)
