"""What a call does not have: a clock, randomness, files, network, processes.

Equal input must give equal output; plans rest on it. In a component the runtime would meet a stub that traps, and a trap has
no words; the operator would read `unreachable`. So the SDK raises ``Unavailable`` first, with file and line, in a component
and natively alike:

- natively, a call is watched by ``sys.setprofile``, which sees every function of the interpreter however it was imported;
- in a component, where watching costs more fuel than most plugins do, the functions themselves are replaced when it is made;
- files, network, processes and late imports are seen by an audit hook in both. A component has no files, so whatever a call
  needs must be imported when the module is.

In a component ``random.Random()`` without a seed still traps; ``hash`` of texts, and with it the order of sets, is fixed when
the component is made and differs from build to build: sort what is answered from a set.
"""

import importlib
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from types import FrameType
from typing import Any, TypeVar

_CLOCKS = (
    "clock_gettime",
    "clock_gettime_ns",
    "ctime",
    "localtime",
    "monotonic",
    "monotonic_ns",
    "perf_counter",
    "perf_counter_ns",
    "process_time",
    "process_time_ns",
    "sleep",
    "thread_time",
    "thread_time_ns",
    "time",
    "time_ns",
)
_DATES = {datetime: ("now", "utcnow"), date: ("today",)}
_AUDITED = (
    "glob.",
    "import",
    "open",
    "os.",
    "pathlib.",
    "shutil.",
    "socket.",
    "subprocess.",
    "tempfile.",
    "urllib.",
)

# Python imports these when they are first needed, which in a call is too late.
for _codec in ("ascii", "cp1252", "idna", "latin_1", "punycode", "utf_8_sig", "utf_16", "utf_16_be", "utf_16_le"):
    importlib.import_module(f"encodings.{_codec}")
importlib.import_module("_strptime")

# The generator behind the functions of `random`. One that was made with a seed is as good as any function.
_GENERATOR: random.Random = random._inst

_armed = False
_listening = False

Given = TypeVar("Given")
Answered = TypeVar("Answered")


class Unavailable(RuntimeError):
    """A call asked for what it does not have."""


def _no_clock(name: str) -> Unavailable:
    return Unavailable(f"a plugin has no clock ({name}); choosers and rules are given the `moment`")


def _no_randomness(name: str) -> Unavailable:
    return Unavailable(f"a plugin has no randomness ({name}); equal input must give equal output")


def call(function: Callable[[Given], Answered], input: Given) -> Answered:
    """Calls a function without what a call does not have."""
    global _armed, _listening
    if not _listening:
        _listening = True
        sys.addaudithook(_audit)
    _armed = True
    if sys.platform == "wasi":
        # For good: the instance is dropped after the call.
        return function(input)
    profile = sys.getprofile()
    try:
        sys.setprofile(_watch)
        return function(input)
    finally:
        sys.setprofile(profile)
        _armed = False


def disarm() -> None:
    """Gives back what a call does not have. For what runs while a component is made."""
    global _armed
    _armed = False


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _armed or not event.startswith(_AUDITED):
        return
    if event == "import":
        raise Unavailable(f"`{arguments[0]}` is imported within a call; import it at the top of the module")
    raise Unavailable(f"a plugin has no files, network or processes ({event})")


_WATCHED: dict[Any, Unavailable] = {
    **{getattr(time, name): _no_clock(f"time.{name}") for name in _CLOCKS if hasattr(time, name)},
    os.urandom: _no_randomness("os.urandom"),
    _GENERATOR.random: _no_randomness("random"),
    _GENERATOR.getrandbits: _no_randomness("random"),
}


def _watch(frame: FrameType, event: str, function: Any) -> None:
    if event != "c_call":
        return
    found = _WATCHED.get(function)
    if found is None and function.__name__ in ("now", "utcnow", "today"):
        of = getattr(function, "__self__", None)
        found = _no_clock(f"datetime.{function.__name__}") if isinstance(of, type) and issubclass(of, date) else None
    if found is not None:
        raise Unavailable(*found.args)


def replace() -> None:
    """Replaces the functions themselves. For a component, before the plugin's module is imported."""
    import gc

    def guarded(function: Callable[..., Any], refusal: Unavailable) -> Callable[..., Any]:
        def guard(*arguments: Any, **named: Any) -> Any:
            if _armed:
                raise Unavailable(*refusal.args)
            return function(*arguments, **named)

        return guard

    for name in _CLOCKS:
        if hasattr(time, name):
            setattr(time, name, guarded(getattr(time, name), _no_clock(f"time.{name}")))
    urandom = guarded(os.urandom, _no_randomness("os.urandom"))
    os.urandom = urandom
    random._urandom = urandom  # type: ignore[attr-defined]
    for name in random.__all__:
        if getattr(getattr(random, name), "__self__", None) is _GENERATOR and name != "seed":
            setattr(random, name, guarded(getattr(random, name), _no_randomness(f"random.{name}")))
    for kind, names in _DATES.items():
        for name in names:
            # The type refuses `setattr`, the dictionary behind its proxy does not. A look-up by `getattr` would be remembered
            # by the interpreter, and the replacement not be seen.
            members = gc.get_referents(kind.__dict__)[0]
            own = kind.__dict__[name].__get__(None, kind)
            members[name] = staticmethod(guarded(own, _no_clock(f"{kind.__name__}.{name}")))
