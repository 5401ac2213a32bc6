"""Source, target, groups, facts, and the paths through them: the same as in plugins/sdk/rust/src."""

import json

import pytest

from jackfield_sdk import Facts, Group, Groups, InputError, InternalError, Path, PathError, Source, Target
from jackfield_sdk.path import Comparison

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ADA = """{"userName":"ada","Active":"True","nickName":null,"name":{"givenName":"Ada"},"title":"",
    "emails":[{"type":"home","value":"h"},{"type":"WORK","primary":true,"value":"w"},{"type":"other","value":null}],
    "phoneNumbers":{"type":"mobile","value":"1"},
    "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user":
        {"Department":"Support","manager":{"value":"7"},"costCenter":41}}"""


@pytest.mark.parametrize(
    ("text", "extension", "attribute", "filter", "sub"),
    [
        ("userName", None, "userName", [], None),
        ("name.givenName", None, "name", [], "givenName"),
        ("manager.$ref", None, "manager", [], "$ref"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", None, "name", [], "givenName"),
        (f"{ENTERPRISE}:manager.value", ENTERPRISE, "manager", [], "value"),
        (
            'emails[type eq "a:b].c \\" d" and primary EQ true].value',
            None,
            "emails",
            [("type", 'a:b].c " d'), ("primary", True)],
            "value",
        ),
        ("emails[type eq work]", None, "emails", [("type", "work")], None),
        ('urn:x:ext:2.0:User:sites[kind eq "x:y"].code', "urn:x:ext:2.0:User", "sites", [("kind", "x:y")], "code"),
    ],
)
def test_each_form_of_a_path_is_read(text, extension, attribute, filter, sub):
    assert Path.parse(text) == Path(extension, attribute, tuple(Comparison(*one) for one in filter), sub)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "name.",
        ".value",
        "name.given.Name",
        "1st",
        "foo:userName",
        "emails[",
        "emails[]",
        "emails[type]",
        "emails[type eq]",
        'emails[type eq "work"',
        'emails[type eq "work]',
        'emails[type eq "\\q"]',
        'emails[type co "work"]',
        'emails[type eq "a" or type eq "b"]',
        'emails[type eq "work"]value',
        'emails[type eq "work"].a.b',
        'emails["work" eq type]',
    ],
)
def test_malformed_paths_are_refused_and_named(text):
    with pytest.raises(PathError) as refused:
        Source().get(text)
    assert str(refused.value).startswith(f"`{text}` is not an attribute path: ")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("USERNAME", "ada"),
        ("name.GivenName", "Ada"),
        ("name.familyName", None),
        ("nickName", None),
        ("title", ""),
        ('emails[type eq "work"].value', "w"),
        ('emails[type eq "work" and primary eq "True"].value', "w"),
        ('emails[type eq "work" and primary eq false].value', None),
        ("emails[primary eq true].value", "w"),
        ('emails[type eq "other"].value', None),
        ("emails.value", "h"),
        ("emails", "h"),
        ('phoneNumbers[type eq "mobile"].value', "1"),
        ("userName.value", None),
        (f"{ENTERPRISE}:department", "Support"),
        (f"{ENTERPRISE}:manager", "7"),
        (f"{ENTERPRISE}:costCenter", None),
    ],
)
def test_values_are_found_without_case(path, expected):
    assert Source.parse(ADA).str(path) == expected


def test_other_values_are_texts_and_booleans():
    source = Source.parse(ADA)
    assert source.text(f"{ENTERPRISE}:costCenter") == "41"
    assert source.bool("active") is True
    assert source.text("active") == "True"
    assert source.get("name") == {"givenName": "Ada"}
    assert Source({"active": False}).text("active") == "false"


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ('{"USERNAME":"a"}', "userName", '{"USERNAME":"x"}'),
        ("{}", "name.givenName", '{"name":{"givenName":"x"}}'),
        ("{}", "emails.value", '{"emails":[{"value":"x"}]}'),
        ('{"emails":null}', 'emails[type eq "work"].value', '{"emails":[{"type":"work","value":"x"}]}'),
        (
            '{"emails":[{"type":"home","value":"h"}]}',
            'emails[type eq "work" and primary eq "true"].value',
            '{"emails":[{"type":"home","value":"h"},{"type":"work","primary":true,"value":"x"}]}',
        ),
        (
            '{"emails":[{"type":"home","value":"h"},{"type":"Work","value":"w"}]}',
            'emails[type eq "work"]',
            '{"emails":[{"type":"home","value":"h"},{"type":"Work","value":"x"}]}',
        ),
        ('{"emails":{"type":"home"}}', 'emails[type eq "home"].value', '{"emails":[{"type":"home","value":"x"}]}'),
        ('{"emails":[{"type":"home"}]}', "emails", '{"emails":[{"type":"home","value":"x"}]}'),
        ('{"emails":[{"type":"home"},{"value":"w"}]}', "emails.value", '{"emails":[{"type":"home"},{"value":"x"}]}'),
        ("{}", "urn:example:2.0:User:site", '{"urn:example:2.0:User":{"site":"x"}}'),
        ('{"manager":{"value":"7"}}', "manager", '{"manager":{"value":"x"}}'),
    ],
)
def test_set_finds_what_is_there_and_makes_what_is_missing(before, path, after):
    source = Source.parse(before)
    source.set(path, "x")
    assert source.str(path) == "x"
    assert source.to_json() == after


def test_set_refuses_what_cannot_be():
    for text, path in [
        (ADA, "userName.value"),
        (ADA, 'userName[type eq "work"].value'),
        ('{"emails":["h"]}', "emails.value"),
        ('{"urn:example:2.0:User":"x"}', "urn:example:2.0:User:site"),
    ]:
        with pytest.raises(InputError, match="leads through"):
            Source.parse(text).set(path, "x")


def test_an_unchanged_source_is_given_back_byte_for_byte():
    text = '{ "b":1.0,"a" : 1e5, "c":12345678901234567890123 }'
    source = Source.parse(text)
    assert source.to_json() == text
    source.members["b"] = True
    assert json.loads(source.to_json())["b"] is True


def test_what_is_shown_and_said_holds_no_values():
    assert "Support" not in repr(Source.parse(ADA))
    assert "ada" not in repr(Target(user_name="ada@example.com"))
    for kind, text in [
        (Source, '{"userName":"Secret",'),
        (Source, '"Secret"'),
        (Target, '"Secret"'),
        (Target, '{"role":["Secret"]}'),
        (Target, '{"active":"Secret"}'),
        (Facts, '["Secret"]'),
    ]:
        with pytest.raises(InputError) as refused:
            kind.parse(text)
        assert "Secret" not in str(refused.value)


def test_a_target_keeps_order_and_what_it_does_not_know():
    text = '{"userName":"ada@example.com","active":false,"shoeSize":{"eu":38}}'
    assert Target.parse(text).to_json() == text
    target = Target(active=True, team="Blue", user_name="ada", secondary_roles=["Manager"])
    assert target.to_json() == '{"userName":"ada","team":"Blue","active":true,"secondaryRoles":["Manager"]}'


def test_null_none_and_an_empty_list_are_no_opinion():
    target = Target.parse('{"role":null,"team":"Blue","active":true,"secondaryRoles":["Manager"]}')
    assert target.role is None
    target.team = target.active = None
    target.clear("secondaryRoles")
    assert target.to_json() == "{}"
    assert not target.has("team")
    target.secondary_roles = None  # type: ignore[assignment]
    assert target.secondary_roles == []


def test_a_value_of_a_wrong_type_is_refused_where_it_is_set():
    for name, member, value, said in [
        ("team", "team", 31337, "`team` must be a string"),
        ("user_name", "userName", ["hunter2"], "`userName` must be a string"),
        ("active", "active", "hunter2", "`active` must be true or false"),
        ("secondary_roles", "secondaryRoles", "hunter2", "`secondaryRoles` must be a list of strings"),
    ]:
        for attempt in [
            lambda name=name, value=value: setattr(Target(), name, value),
            lambda member=member, value=value: Target().set(member, value),
            lambda name=name, value=value: Target(**{name: value}),
        ]:
            with pytest.raises(TypeError) as refused:
                attempt()
            assert str(refused.value) == said
    target = Target(secondary_roles=["Manager"])
    target.secondary_roles.append(5)  # type: ignore[arg-type]
    with pytest.raises(InternalError, match="`secondaryRoles` must be a list of strings"):
        target.to_json()


def test_a_misspelt_name_is_answered_with_the_names():
    with pytest.raises(AttributeError, match="unknown target attribute `taem`, expected one of `user_name`, "):
        Target().taem = "Blue"  # type: ignore[attr-defined]
    for attempt in (lambda: Target().set("mail", "x"), lambda: Target().clear("mail")):
        with pytest.raises(ValueError, match="unknown target attribute `mail`, expected one of `userName`, "):
            attempt()


def test_groups_are_meant_by_name_without_case_and_by_ids_exactly():
    groups = Groups([Group("1", "CX Süd", "0a1B"), Group("018f-2a")])
    assert "cx SÜD" in groups
    assert "0a1B" in groups
    assert "0A1B" not in groups
    assert "018f-2a" in groups
    assert "018F-2A" not in groups
    assert "" not in groups, "a group without a name is meant by nobody"
    assert next(iter(groups)).is_("cx süd")
    assert groups.find("cx süd") == Group("1", "CX Süd", "0a1B")
    assert (len(groups), [group.id for group in groups]) == (2, ["1", "018f-2a"])


def test_facts_that_are_absent_null_or_empty_are_none():
    facts = Facts.parse('{"defaultRole":"Agent","accepted":{"userName":"ada","active":true},"moon":"full"}')
    assert (facts.default_role, facts.get("moon")) == ("Agent", "full")
    assert facts.accepted == Target(user_name="ada", active=True)
    for text in ["{}", '{"defaultRole":null,"accepted":null}', '{"defaultRole":""}']:
        assert (Facts.parse(text).default_role, Facts.parse(text).accepted) == (None, None)
    with pytest.raises(InputError):
        _ = Facts.parse('{"accepted":"Secret"}').accepted
