"""Lines for the operator's log. They must not hold values of the person.

The host cuts a line at 1 KiB and drops what comes after 100 lines of a call. ``print`` writes lines at level info.
"""

import io
import sys
from typing import Literal

from .host import current

Level = Literal["debug", "info", "warn", "error"]


def write(level: Level, message: str) -> None:
    """Writes a line."""
    current().write(level, str(message))


def debug(message: str) -> None:
    """Writes a line for whoever looks into the plugin."""
    write("debug", message)


def info(message: str) -> None:
    """Writes a line worth knowing."""
    write("info", message)


def warn(message: str) -> None:
    """Writes a line worth a look."""
    write("warn", message)


def error(message: str) -> None:
    """Writes a line about something that went wrong."""
    write("error", message)


class Printed(io.TextIOBase):
    """A text stream whose lines go to the log: a component has no standard output, writing to it would trap."""

    def __init__(self, level: Level) -> None:
        self._level: Level = level
        self._begun = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            write(self._level, line)
        return len(text)

    def end(self) -> None:
        """Writes what was printed without an end of line."""
        begun, self._begun = self._begun, ""
        if begun:
            write(self._level, begun)


class Prints:
    """Sends what is printed to the log. In a component once and for all, natively for a call."""

    def __init__(self) -> None:
        self._streams = Printed("info"), Printed("warn")
        self._before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams

    def end(self) -> None:
        """Writes what was begun."""
        for stream in self._streams:
            stream.end()

    def give_back(self) -> None:
        """Prints go where they went before."""
        self.end()
        sys.stdout, sys.stderr = self._before
