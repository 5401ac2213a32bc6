"""Where an exception came from, for the log.

The standard library's `traceback` reads source files when it is asked, which a component has not; so sources are kept here
when a component is made.
"""

import linecache
import sys
from itertools import groupby
from os.path import basename, dirname
from types import CodeType, TracebackType

# Lines and bytes of one exception's story.
_LINES = 40
_LINE = 400

_sources: dict[str, list[str]] = {}
_ours = dirname(__file__)


def keep(folder: str) -> None:
    """Keeps the sources of what was imported from a folder."""
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None) or ""
        if file.startswith(folder) and file.endswith(".py"):
            with open(file, encoding="utf-8") as text:
                _sources[file] = text.read().splitlines()


def _folded(lines: list[str]) -> list[str]:
    """Equal lines after each other, as endless recursion makes them, once and counted."""
    runs = [(line, len(list(run))) for line, run in groupby(lines)]
    return [line if count == 1 else f"{line} ({count} times)" for line, count in runs]


def place(error: BaseException, folder: str) -> str:
    """File and line that the error left the code of a folder at, or that it came from where no code of the folder was."""
    frames = _frames(error.__traceback__)
    frames = [frame for frame in frames if frame[0].co_filename.startswith(folder)] or frames
    return f"{file_name(frames[-1][0])}:{frames[-1][1]}" if frames else "unknown place"


def story(error: BaseException) -> list[str]:
    """The traceback, a line for each frame, oldest first; causes come before what they caused."""
    lines: list[str] = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and cause is not error:
        lines += [*story(cause), "which led to:"]
    for code, number in _frames(error.__traceback__):
        source = _line(code.co_filename, number)
        lines.append(f"  {file_name(code)}:{number} in {code.co_name}" + (f": {source}" if source else ""))
    lines.append(headline(error))
    lines = _folded(lines)
    if len(lines) > _LINES:
        half = _LINES // 2
        lines = [*lines[:half], f"  ... {len(lines) - 2 * half} lines more ...", *lines[-half:]]
    return [line[:_LINE] for line in lines]


def headline(error: BaseException) -> str:
    """The error's type and message, on one line."""
    message = " ".join(str(error).split())
    return (f"{type(error).__name__}: {message}" if message else type(error).__name__)[:_LINE]


def _frames(traceback: TracebackType | None) -> list[tuple[CodeType, int]]:
    """Code and line of each frame, without the SDK's own."""
    found = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if dirname(code.co_filename) != _ours:
            found.append((code, traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


def file_name(code: CodeType) -> str:
    """The name of the file that code is from, without where that is."""
    return basename(code.co_filename)


def _line(file: str, number: int) -> str:
    if file in _sources:
        lines = _sources[file]
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return "" if sys.platform == "wasi" else linecache.getline(file, number).strip()
