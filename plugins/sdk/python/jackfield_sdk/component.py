"""Between the bindings that componentize-py generates and ``calls``: what the exports of a component are.

Imported by the module that ``build`` writes, and nowhere else: the bindings exist in a component only.
"""

import gc
from collections.abc import Callable
from typing import Any, TypeVar

from componentize_py_types import Err  # type: ignore[import-not-found]
from wit_world.imports import log as wit_log  # type: ignore[import-not-found]
from wit_world.imports.types import PluginError as WitError  # type: ignore[import-not-found]

from . import calls, host, log, trace, warm
from .errors import PluginError
from .outcome import Decision, Deferral, Denial
from .plugin import Kind, Plugin
from .target import Target

# What there is depends on the world.
try:
    from wit_world.imports import directory as wit_directory
except ImportError:
    wit_directory = None
try:
    from wit_world.exports import template_chooser as wit_chooser  # type: ignore[import-not-found]
except ImportError:
    wit_chooser = None
try:
    from wit_world.exports import rules as wit_rules
except ImportError:
    wit_rules = None

W = TypeVar("W")

# What later versions add is nothing yet.
_NO_FACTS = "{}"


class _Directory:
    def roles(self) -> list[host.Role]:
        return [host.Role(role.id, role.name, role.status) for role in wit_directory.roles()]

    def find_role(self, name_or_id: str) -> host.Role | None:
        role = wit_directory.find_role(name_or_id)
        return None if role is None else host.Role(role.id, role.name, role.status)

    def default_role(self) -> str:
        return str(wit_directory.default_role())

    def teams(self) -> list[host.Team]:
        return [host.Team(team.id, team.name) for team in wit_directory.teams()]

    def find_team(self, name_or_id: str) -> host.Team | None:
        team = wit_directory.find_team(name_or_id)
        return None if team is None else host.Team(team.id, team.name)

    def login_authenticators(self) -> list[host.LoginAuthenticator]:
        return [host.LoginAuthenticator(one.id, one.name) for one in wit_directory.login_authenticators()]

    def find_login_authenticator(self, name_or_id: str) -> host.LoginAuthenticator | None:
        one = wit_directory.find_login_authenticator(name_or_id)
        return None if one is None else host.LoginAuthenticator(one.id, one.name)

    def templates(self) -> list[str]:
        return [template.name for template in wit_directory.templates()]

    def version(self) -> str:
        return str(wit_directory.version())


class _Host:
    mapper = False
    """Whether a mapper is called: it has no directory, also where its component imports one."""

    def write(self, level: str, message: str) -> None:
        wit_log.write(wit_log.Level[level.upper()], message)

    def directory(self) -> host.Directory:
        return host.no_directory() if self.mapper or wit_directory is None else _Directory()


_host = _Host()
host.use(_host)
_prints = log.Prints()


def exports(plugin: Plugin[Any], described: str, folder: str) -> dict[str, type]:
    """The classes that componentize-py looks for, by name. The last thing that is done when a component is made."""
    plugin.freeze(described)
    trace.keep(folder)
    warm.warm(plugin.exports, lambda own, export, input: _called(own, export, input, _WRITES[export]))

    class About:
        def describe(self) -> str:
            return described

    class Mapper:
        def to_target(self, input: Any) -> str:
            return _called(plugin, "to-target", input, _json)

        def to_source(self, input: Any) -> str:
            return _called(plugin, "to-source", input, _json)

    class TemplateChooser:
        def choose(self, input: Any) -> Any:
            return _called(plugin, "choose", input, _choice)

    class Rules:
        def decide(self, input: Any) -> Any:
            return _called(plugin, "decide", input, _decision)

    found = {Kind.MAPPER: Mapper, Kind.TEMPLATE_CHOOSER: TemplateChooser, Kind.RULES: Rules}
    classes: list[type] = [About, *(found[kind] for kind in plugin.kinds)]
    # An instance lives for one call: what is there stays, and nothing that a call makes is worth collecting.
    gc.collect()
    gc.freeze()
    gc.disable()
    return {kind.__name__: kind for kind in classes}


def _called(plugin: Plugin[Any], export: str, input: Any, write: Callable[[Any], W]) -> W:
    try:
        _host.mapper = export in ("to-target", "to-source")
        return calls.answer(plugin, export, _fields(input), write)
    except PluginError as error:
        raise Err(WitError(error.code, error.message, error.attribute, _NO_FACTS)) from None
    finally:
        _prints.end()


def _fields(input: Any) -> dict[str, Any]:
    fields = {"sourceBefore" if name == "source_before" else name: value for name, value in vars(input).items()}
    if "groups" in fields:
        fields["groups"] = [
            {"id": group.id, "displayName": group.display_name, "externalId": group.external_id} for group in fields["groups"]
        ]
    return fields


def _json(answered: Any) -> str:
    return str(answered.to_json())


def _choice(choice: Any) -> Any:
    return wit_chooser.Choice(choice.name, choice.reason, _NO_FACTS)


def _decision(decision: Decision) -> Any:
    rules = wit_rules
    verdict: Any
    match decision.verdict:
        case None:
            verdict = rules.Verdict_Allow()
        case Target() as target:
            verdict = rules.Verdict_Amend(target.to_json())
        case Deferral(detail, attribute):
            verdict = rules.Verdict_Defer(rules.Deferral(detail, attribute))
        case Denial() as denial:
            said = rules.Denial(denial.status, denial.scim_type, denial.detail, denial.attribute, denial.fix)
            verdict = rules.Verdict_Deny(said)
    return rules.Decision(verdict, list(decision.warnings), _NO_FACTS)


_WRITES: dict[str, Callable[[Any], Any]] = {
    "to-target": _json,
    "to-source": _json,
    "choose": _choice,
    "decide": _decision,
}
