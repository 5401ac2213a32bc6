"""Write Jackfield plugins in Python.

A plugin is a module with one ``Plugin`` and a function for each thing that it does::

    from dataclasses import dataclass

    from jackfield_sdk import Decision, Occasion, Plugin


    @dataclass
    class Settings:
        domain: str
        \"\"\"What user names end with.\"\"\"


    plugin = Plugin(Settings)


    @plugin.decide
    def decide(call: Occasion[Settings]) -> Decision:
        name = call.target.user_name
        if name is not None and name.endswith(call.settings.domain):
            return Decision.allow()
        fix = f"use a user name of {call.settings.domain}"
        return Decision.deny("userName", "the domain is not allowed").scim_type("invalidValue").fix(fix)

``to_target`` (and ``to_source``) make it a mapper, ``choose`` a template chooser, ``decide`` a rules plugin; one module may
be all three. The functions are plain: a test calls them, ``jackfield_sdk.testing`` runs a table of cases through them, and
``python -m jackfield_sdk.build`` makes a component of the module.

An instance serves one call and is dropped: nothing that a plugin keeps survives. Equal input must give equal output, so a
call has no clock, no randomness, no files and no network (``jackfield_sdk.guard``).
"""

import sys

if sys.version_info < (3, 11):
    _needs = "jackfield_sdk needs Python 3.11 or later; %s is %d.%d" % ((sys.executable,) + sys.version_info[:2])
    if sys.argv[:1] == ["-m"]:
        sys.stderr.write("error: %s\n" % _needs)
        sys.exit(2)
    raise ImportError(_needs)

from . import directory, log
from .errors import InputError, InternalError, PluginError, SettingsError
from .facts import Facts
from .groups import Group, Groups
from .inputs import Backward, Forward, Occasion
from .outcome import Choice, Decision, Deferral, Denial
from .path import Path, PathError
from .plugin import Kind, NoSettings, Plugin
from .source import Source
from .target import Target

__all__ = [
    "Backward",
    "Choice",
    "Decision",
    "Deferral",
    "Denial",
    "Facts",
    "Forward",
    "Group",
    "Groups",
    "InputError",
    "InternalError",
    "Kind",
    "NoSettings",
    "Occasion",
    "Path",
    "PathError",
    "Plugin",
    "PluginError",
    "SettingsError",
    "Source",
    "Target",
    "directory",
    "log",
]
