"""One call of a plugin, by the texts that cross the component's boundary.

A component's exports and the native runner go through ``answer``, so a native run runs the very same code.
"""

import json
from collections.abc import Callable
from os.path import dirname
from typing import Any, TypeVar, cast

from . import guard, log, trace
from .errors import InternalError, PluginError
from .inputs import Backward, Fields, Forward, Occasion
from .outcome import Choice, Decision, Deferral, Denial
from .plugin import Plugin
from .source import Source
from .target import Target

Answer = Source | Target | Choice | Decision
W = TypeVar("W")

# What each export is given and answers.
_KINDS: dict[str, tuple[type[Any], type[Any]]] = {
    "to-target": (Forward, Target),
    "to-source": (Backward, Source),
    "choose": (Occasion, Choice),
    "decide": (Occasion, Decision),
}


def answer(plugin: Plugin[Any], export: str, fields: Fields, write: Callable[[Answer], W]) -> W:
    """What a plugin answers, as ``write`` writes it.

    Every failure is a ``PluginError``. What the author did not raise as one is told to the log first, with its traceback.
    """
    try:
        return write(_answer(plugin, export, fields))
    except PluginError:
        raise
    except (Exception, SystemExit) as error:
        for line in trace.story(error):
            log.error(line)
        raise InternalError(f"{trace.headline(error)} ({trace.place(error, dirname(plugin.file))})") from error


def _answer(plugin: Plugin[Any], export: str, fields: Fields) -> Answer:
    given, wanted = _KINDS[export]
    input = given(fields, plugin.settings(fields["settings"]))
    function = plugin.functions.get(export)
    if function is None:
        # A mapper without a way back.
        return cast(Backward[Any], input).start()
    answered = guard.call(function, input)
    if not isinstance(answered, wanted):
        code = function.__code__
        place = f"{trace.file_name(code)}:{code.co_firstlineno}"
        raise InternalError(f"{code.co_name} answered {type(answered).__name__}, not a {wanted.__name__} ({place})")
    return cast(Answer, answered)


def output(answered: Answer) -> dict[str, Any]:
    """The answer in the form that cases and recordings have."""
    if isinstance(answered, Source):
        return {"source": json.loads(answered.to_json())}
    if isinstance(answered, Target):
        return {"target": json.loads(answered.to_json())}
    if isinstance(answered, Choice):
        return {"template": answered.name, "reason": answered.reason}
    warnings = {"warnings": list(answered.warnings)}
    match answered.verdict:
        case None:
            return {"verdict": "allow", **warnings}
        case Target() as target:
            return {"verdict": "amend", **warnings, "target": target.to_members()}
        case Deferral(detail, attribute):
            return _present({"verdict": "defer", **warnings, "detail": detail, "attribute": attribute})
        case Denial() as denial:
            said = {"status": denial.status, "scimType": denial.scim_type, "detail": denial.detail}
            rest = {"attribute": denial.attribute, "fix": denial.fix}
            return _present({"verdict": "deny", **warnings, **said, **rest})


def failure(error: PluginError) -> dict[str, Any]:
    """A failure in that form."""
    return {"error": _present({"code": error.code, "message": error.message, "attribute": error.attribute})}


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
