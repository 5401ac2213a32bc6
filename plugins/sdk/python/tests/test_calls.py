"""Calls: what becomes of answers, exceptions and prints."""

import json
from typing import Any

import pytest

from jackfield_sdk import (
    Backward,
    Choice,
    Decision,
    Forward,
    InputError,
    Kind,
    NoSettings,
    Occasion,
    Plugin,
    SettingsError,
    Source,
    Target,
    directory,
    log,
)
from jackfield_sdk.cases import snapshot
from jackfield_sdk.testing import call


def rules(function: Any) -> Plugin[NoSettings]:
    plugin = Plugin(name="rules", version="1.0.0")
    plugin.decide(function)
    return plugin


def decided(function: Any, given: dict[str, Any] | None = None, at: dict[str, Any] | None = None) -> Any:
    return call(rules(function), "decide", given or {}, snapshot("directory", at or {}))


def test_every_verdict_has_its_form():
    for decision, output in [
        (Decision.allow().warn("w"), {"verdict": "allow", "warnings": ["w"]}),
        (Decision.defer("waits"), {"verdict": "defer", "warnings": [], "detail": "waits"}),
        (
            Decision.defer("waits").attribute("groups").fix("nothing"),
            {"verdict": "defer", "warnings": [], "detail": "waits", "attribute": "groups"},
        ),
        (
            Decision.deny("team", "no").warn("w"),
            {"verdict": "deny", "warnings": ["w"], "status": 400, "detail": "no", "attribute": "team", "fix": ""},
        ),
        (
            Decision.deny("team", "no").status(403).scim_type("mutability").fix("do").attribute("role"),
            {
                "verdict": "deny",
                "warnings": [],
                "status": 403,
                "scimType": "mutability",
                "detail": "no",
                "attribute": "role",
                "fix": "do",
            },
        ),
        (Decision.amend(Target(team="Blue")), {"verdict": "amend", "warnings": [], "target": {"team": "Blue"}}),
    ]:
        assert decided(lambda call, decision=decision: decision).output == output
    denial = Decision.deny("team", "no").fix("do").denial
    assert denial is not None
    assert denial.fix == "do"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: Decision.deny(None, "no"), "the attribute of a denial must be a string"),  # type: ignore[arg-type]
        (lambda: Decision.deny("team", None), "the detail of a denial must be a string"),  # type: ignore[arg-type]
        (lambda: Decision.deny("team", "no").status(200), "the status of a denial is one of 400 to 499"),
        (lambda: Decision.deny("team", "no").status("403"), "the status of a denial is one of 400 to 499"),  # type: ignore[arg-type]
        (lambda: Decision.deny("team", "no").fix(5), "the fix of a denial must be a string"),  # type: ignore[arg-type]
        (lambda: Decision.defer(5), "the detail of a deferral must be a string"),  # type: ignore[arg-type]
        (lambda: Decision.allow().warn(5), "a warning must be a string"),  # type: ignore[arg-type]
        (lambda: Decision.amend({"team": "Blue"}), "what is amended must be a target"),  # type: ignore[arg-type]
        (lambda: Choice.template(None, "why"), "a template's name must be a string"),  # type: ignore[arg-type]
        (lambda: Choice.none(5), "the reason of a choice must be a string"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_answer_is_refused_where_it_is_made(answer, said):
    with pytest.raises((TypeError, ValueError), match=said):
        answer()


def test_an_occasion_has_all_that_the_contract_says():
    def decide(call: Occasion[NoSettings]) -> Decision:
        assert call.source_before is not None
        assert call.held is not None
        assert call.facts.accepted is not None
        said = [
            call.connection,
            call.idp,
            call.operation,
            call.moment,
            call.source.str("title"),
            call.source_before.str("title"),
            call.target.team,
            call.held.team,
            call.facts.accepted.team,
            str("Sales" in call.groups),
        ]
        return Decision.allow().warn(json.dumps(said))

    given = {
        "connection": "c",
        "idp": "entra",
        "operation": "update",
        "moment": "2026-02-03T04:05:06Z",
        "source": {"title": "1"},
        "sourceBefore": {"title": "2"},
        "target": {"team": "3"},
        "held": {"team": "4"},
        "facts": {"accepted": {"team": "5"}},
        "groups": [{"id": "g", "displayName": "sales"}],
    }
    said = json.loads(decided(decide, given).output["warnings"][0])
    assert said == ["c", "entra", "update", "2026-02-03T04:05:06Z", "1", "2", "3", "4", "5", "True"]


def test_the_directory_is_looked_up_as_the_host_does():
    def decide(call: Occasion[NoSettings]) -> Decision:
        found = [directory.find_role("manager"), directory.find_role("2"), directory.find_role("x")]
        log.info(str([(role.name, role.is_active) if role else None for role in found]))
        team, login = directory.find_team("BLUE"), directory.find_login_authenticator("system")
        log.info(str([team and team.id, login and login.id, directory.default_role(), directory.version()]))
        log.info(str([len(directory.roles()), len(directory.teams()), len(directory.login_authenticators())]))
        log.debug(str(directory.templates()))
        return Decision.allow()

    at = {
        "roles": [{"name": "Manager", "status": "DRAFT"}, "2", {"id": "9", "name": "2"}],
        "teams": ["Blue"],
        "loginAuthenticators": ["System"],
        "templates": ["T"],
        "version": "v7",
    }
    assert decided(decide, {}, at).log == [
        "info: [('Manager', False), ('2', True), None]",
        "info: ['1', '1', 'Agent', 'v7']",
        "info: [3, 1, 1]",
        "debug: ['T']",
    ]


def test_a_mapper_has_no_directory():
    plugin = Plugin(name="mapper", version="1.0.0")

    @plugin.to_target
    def to_target(call: Forward[NoSettings]) -> Target:
        directory.teams()
        return call.draft

    outcome = call(plugin, "to-target", {})
    assert outcome.output == {
        "error": {
            "code": "internal",
            "message": "a mapper has no directory; use a template chooser or rules for what depends on it",
        }
    }


def test_without_a_way_back_the_source_stays_as_it_was():
    plugin = Plugin(name="mapper", version="1.0.0")
    plugin.to_target(lambda call: call.draft)
    remembered = {"userName": "ada"}
    assert call(plugin, "to-source", {"remembered": remembered}).output == {"source": remembered}
    draft = {"userName": "bob"}
    assert call(plugin, "to-source", {"remembered": remembered, "draft": draft}).output == {"source": draft}
    assert call(plugin, "to-source", {}).output == {"source": {}}


def test_a_mapper_changes_the_draft_both_ways():
    plugin = Plugin(name="mapper", version="1.0.0")

    @plugin.to_target
    def to_target(call: Forward[NoSettings]) -> Target:
        call.draft.team = call.source.str("title")
        return call.draft

    @plugin.to_source
    def to_source(call: Backward[NoSettings]) -> Source:
        source = call.start()
        source.set("title", call.target.team)
        return source

    forward = {"source": {"title": "Blue"}, "draft": {"role": "Agent"}}
    assert call(plugin, "to-target", forward).output == {"target": {"role": "Agent", "team": "Blue"}}
    back = {"target": {"team": "Red"}, "remembered": {"title": "Blue", "userName": "ada"}}
    assert call(plugin, "to-source", back).output == {"source": {"title": "Red", "userName": "ada"}}


def test_a_chooser_names_a_template_or_none():
    for choice, output in [
        (Choice.template("T", "why"), {"template": "T", "reason": "why"}),
        (Choice.none("why"), {"template": None, "reason": "why"}),
    ]:
        plugin = Plugin(name="chooser", version="1.0.0")
        plugin.choose(lambda call, choice=choice: choice)
        assert call(plugin, "choose", {}).output == output


def test_errors_of_the_authors_own_are_handed_on_without_a_log():
    def decide(call: Occasion[NoSettings]) -> Decision:
        raise InputError("cannot be handled", "userName")

    outcome = decided(decide)
    assert outcome.output == {"error": {"code": "input", "message": "cannot be handled", "attribute": "userName"}}
    assert outcome.log == []
    assert str(InputError("m", "a")) == "input: a: m"
    assert str(SettingsError("m")) == "settings: m"


def broken(call: Occasion[NoSettings]) -> Decision:
    try:
        return {}[call.operation]
    except KeyError as error:
        raise RuntimeError("no such\nthing") from error


def test_any_other_exception_is_internal_and_tells_its_story_first():
    outcome = decided(broken)
    line = broken.__code__.co_firstlineno
    assert outcome.output == {
        "error": {"code": "internal", "message": f"RuntimeError: no such thing (test_calls.py:{line + 4})"}
    }
    assert outcome.log == [
        f"error:   test_calls.py:{line + 2} in broken: return {{}}[call.operation]",
        "error: KeyError: 'create'",
        "error: which led to:",
        f'error:   test_calls.py:{line + 4} in broken: raise RuntimeError("no such\\nthing") from error',
        "error: RuntimeError: no such thing",
    ]


def test_the_story_is_bounded():
    def again(call: Any) -> Any:
        return again(call)

    def odd(depth: int) -> None:
        even(depth - 1)

    def even(depth: int) -> None:
        if depth == 0:
            raise ValueError("x" * 10_000)
        odd(depth - 1)

    outcome = decided(again)
    assert len(outcome.log) == 2
    assert "again: return again(call) (9" in outcome.log[0]
    assert "RecursionError: maximum recursion depth exceeded" in outcome.output["error"]["message"]
    outcome = decided(lambda call: even(200))
    assert len(outcome.log) == 41
    assert "lines more" in outcome.log[20]
    assert all(len(line) < 420 for line in outcome.log)
    assert len(outcome.output["error"]["message"]) < 450


def test_an_exit_is_an_error_too():
    def decide(call: Occasion[NoSettings]) -> Decision:
        raise SystemExit(3)

    assert decided(decide).output["error"]["message"].startswith("SystemExit: 3 (test_calls.py:")


def test_an_answer_of_another_kind_is_named_with_its_place():
    def decide(call: Occasion[NoSettings]) -> None:
        return None

    line = decide.__code__.co_firstlineno
    wanted = f"decide answered NoneType, not a Decision (test_calls.py:{line})"
    assert decided(decide).output["error"] == {"code": "internal", "message": wanted}


def test_what_cannot_be_written_is_the_plugins_fault():
    def to_source(call: Backward[NoSettings]) -> Source:
        return Source({"title": object()})

    plugin = Plugin(name="mapper", version="1.0.0")
    plugin.to_target(lambda call: call.draft)
    plugin.to_source(to_source)
    assert "not JSON serializable" in call(plugin, "to-source", {}).output["error"]["message"]


def test_prints_are_lines_of_the_log(capsys: pytest.CaptureFixture[str]):
    def decide(call: Occasion[NoSettings]) -> Decision:
        print("one\ntwo", end="")
        log.warn("three")
        print(" and more")
        print("begun", end="")
        return Decision.allow()

    assert decided(decide).log == ["info: one", "warn: three", "info: two and more", "info: begun"]
    print("here again")
    assert capsys.readouterr().out == "here again\n"


def test_a_plugin_says_what_it_is(tmp_path: Any):
    def decide(call: Any) -> Any: ...

    plugin = rules(decide)
    assert (plugin.kinds, plugin.exports) == ([Kind.RULES], ["decide"])
    assert plugin.describe() == {
        "name": "rules",
        "version": "1.0.0",
        "description": "",
        "takes": [],
        "settings": {"type": "object", "properties": {}, "additionalProperties": False},
    }
    with pytest.raises(TypeError, match="decide is registered twice: decide, decide"):
        plugin.decide(decide)
    with pytest.raises(TypeError, match="nothing is registered"):
        _ = Plugin().kinds
    backward = Plugin()
    backward.to_source(decide)
    with pytest.raises(TypeError, match="a mapper needs `to_target`"):
        _ = backward.kinds
    nameless = Plugin(version="1.0.0")
    nameless.decide(decide)
    with pytest.raises(TypeError, match="the plugin has no name: say it in .*pyproject.toml under"):
        nameless.describe()
    with pytest.raises(ValueError, match="is not an attribute path"):
        Plugin(takes=["not a path"])
