"""Runs the SDK while a component is made, by a plugin of its own; the author's is not touched.

The interpreter adapts a function to what it meets when it runs some times, and remembers where attributes are found. Every call
of a plugin is a first one, in a fresh copy of the memory that the build leaves: what is learned here need not be learned again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from . import guard, host, log
from .inputs import Backward, Forward, Occasion
from .outcome import Choice, Decision
from .plugin import Plugin
from .source import Source
from .target import Target

# More than the interpreter waits for.
_TIMES = 20
_DOCUMENT = '{"userName":"ada@example.com","active":true,"name":{"givenName":"Ada"},"emails":[{"type":"work","value":"a"}]}'
_TARGET = '{"userName":"ada@example.com","team":"Everybody","active":true}'


@dataclass
class _Settings:
    table: dict[str, str]
    more: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    word: str | None = None


def plugin() -> Plugin[Any]:
    """A plugin that uses what plugins use."""
    made = Plugin(_Settings)

    @made.to_target
    def to_target(call: Forward[_Settings]) -> Target:
        call.source.bool("active")
        call.source.text("name.givenName")
        call.source.str("urn:ietf:params:scim:schemas:extension:acme:2.0:User:skill")
        call.draft.team = call.source.str('emails[type eq "work"].value') if "Everybody" in call.groups else None
        return call.draft

    @made.to_source
    def to_source(call: Backward[_Settings]) -> Source:
        source = call.start()
        source.set('emails[type eq "work"].value', call.target.team)
        return source

    @made.choose
    def choose(call: Occasion[_Settings]) -> Choice:
        name = call.source.str("userName")
        return Choice.none("") if name is None else Choice.template(name, "")

    @made.decide
    def decide(call: Occasion[_Settings]) -> Decision:
        if call.target.team is None:
            return Decision.allow()
        return Decision.deny("team", "").scim_type("").fix("").warn("")

    return made


def warm(exports: list[str], called: Callable[[Plugin[Any], str, Any], Any]) -> None:
    """Calls these exports as a component does."""
    silent, before, own = host.NativeHost(), host.current(), plugin()

    def call(export: str, input: SimpleNamespace) -> None:
        if export in exports:
            called(own, export, input)

    group = SimpleNamespace(id="g", external_id=None, display_name="Everybody", facts="{}")
    common = {"connection": "", "idp": "", "settings": '{"table":{"a":"b"},"names":["c"]}', "facts": "{}"}
    host.use(silent)
    for _ in range(_TIMES):
        for source in (_DOCUMENT, "{}"):
            groups = [group]
            call("to-target", SimpleNamespace(**common, source=source, remembered=None, draft=_TARGET, groups=groups))
            call("to-source", SimpleNamespace(**common, target=_TARGET, remembered=source, draft="{}"))
            for target in (_TARGET, "{}"):
                moment = {"operation": "", "moment": "", "source_before": None, "held": None}
                occasion = SimpleNamespace(**common, **moment, source=source, target=target, groups=groups)
                call("choose", occasion)
                call("decide", occasion)
        log.info("")
    host.use(before)
    guard.disarm()
