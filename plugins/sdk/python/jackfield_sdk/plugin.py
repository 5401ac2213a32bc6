"""A plugin: its settings, and the functions that it registers."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, is_dataclass
from enum import Enum
from typing import Any, Generic, TypeVar, overload

from .check import mistakes
from .document import parse
from .errors import SettingsError
from .inputs import Backward, Forward, Occasion
from .outcome import Choice, Decision
from .path import Path as AttributePath
from .reader import Unfit, reader
from .schema import schema_of
from .source import Source
from .target import Target

S = TypeVar("S")


@dataclass(frozen=True)
class NoSettings:
    # Settings of a plugin that has none; a text here would be in its schema.
    pass


class Kind(Enum):
    """A kind of plugin, by its name in the contract."""

    MAPPER = "mapper"
    TEMPLATE_CHOOSER = "template-chooser"
    RULES = "rules"

    @property
    def exports(self) -> tuple[str, ...]:
        """What a plugin of this kind answers; without the first it is not of the kind."""
        return _EXPORTS[self]


_EXPORTS = {
    Kind.MAPPER: ("to-target", "to-source"),
    Kind.TEMPLATE_CHOOSER: ("choose",),
    Kind.RULES: ("decide",),
}


class Plugin(Generic[S]):
    """A plugin. ``settings`` is a dataclass or, for settings as a ``dict``, a JSON Schema (2020-12); none for no settings.

    Name, version and description are those of ``pyproject.toml`` beside the module where they are not given. ``takes`` are
    the source paths that a mapper reads without settings, which the host's discovery shows to identity providers.
    """

    @overload
    def __init__(
        self: "Plugin[NoSettings]",
        settings: None = None,
        *,
        name: str | None = None,
        version: str | None = None,
        description: str | None = None,
        takes: Iterable[str] = (),
    ) -> None: ...
    @overload
    def __init__(
        self: "Plugin[dict[str, Any]]",
        settings: dict[str, Any],
        *,
        name: str | None = None,
        version: str | None = None,
        description: str | None = None,
        takes: Iterable[str] = (),
    ) -> None: ...
    @overload
    def __init__(
        self,
        settings: type[S],
        *,
        name: str | None = None,
        version: str | None = None,
        description: str | None = None,
        takes: Iterable[str] = (),
    ) -> None: ...
    def __init__(
        self,
        settings: Any = None,
        *,
        name: str | None = None,
        version: str | None = None,
        description: str | None = None,
        takes: Iterable[str] = (),
    ) -> None:
        settings = NoSettings if settings is None else settings
        if not isinstance(settings, dict) and not (isinstance(settings, type) and is_dataclass(settings)):
            raise TypeError("the settings are a dataclass or a JSON Schema as a dict")
        self._settings = settings
        self._said = {"name": name, "version": version, "description": description}
        # Parsed here, so that a bad one shows at once.
        self._takes = [path for path in takes if AttributePath.parse(path)]
        self.schema: dict[str, Any] = settings if isinstance(settings, dict) else schema_of(settings)
        """The JSON Schema of its settings."""
        self._reader = None if isinstance(settings, dict) else reader(settings)
        self._validate: Callable[[S], None] | None = None
        self.functions: dict[str, Callable[..., Any]] = {}
        """What is registered, by export."""

    def to_target(self, function: Callable[[Forward[S]], Target]) -> Callable[[Forward[S]], Target]:
        """Registers a mapper: the target for a source, which is the draft with this mapper's attributes set.

        Equal input must give equal output. Two laws hold on every attribute that the mapper sets:
        ``to_source(to_target(s), s) == s`` and ``to_target(to_source(t, s)) == t``.
        """
        return self._register("to-target", function)

    def to_source(self, function: Callable[[Backward[S]], Source]) -> Callable[[Backward[S]], Source]:
        """Registers a mapper's way back: the source for a target. Without one, the source stays as it was."""
        return self._register("to-source", function)

    def choose(self, function: Callable[[Occasion[S]], Choice]) -> Callable[[Occasion[S]], Choice]:
        """Registers a template chooser: the template for a user who is created or revived."""
        return self._register("choose", function)

    def decide(self, function: Callable[[Occasion[S]], Decision]) -> Callable[[Occasion[S]], Decision]:
        """Registers rules: what becomes of a write that leaves the user active."""
        return self._register("decide", function)

    def validate(self, function: Callable[[S], None]) -> Callable[[S], None]:
        """Registers a check of what a schema cannot say. It raises ``ValueError`` with what is wrong, naming the key. Runs
        before every call."""
        self._validate = function
        return function

    def _register(self, export: str, function: Callable[..., Any]) -> Callable[..., Any]:
        if export in self.functions:
            raise TypeError(f"{export} is registered twice: {self.functions[export].__name__}, {function.__name__}")
        self.functions[export] = function
        return function

    @property
    def kinds(self) -> list[Kind]:
        """The kinds that it is of."""
        if "to-source" in self.functions and "to-target" not in self.functions:
            raise TypeError("a mapper needs `to_target`; only `to_source` is registered")
        found = [kind for kind in Kind if kind.exports[0] in self.functions]
        if not found:
            raise TypeError("nothing is registered: decorate a function with `to_target`, `choose` or `decide`")
        return found

    @property
    def exports(self) -> list[str]:
        """What it answers."""
        return [export for kind in self.kinds for export in kind.exports]

    @property
    def file(self) -> str:
        """The file that it is written in: that of the first registered function."""
        _ = self.kinds
        return next(iter(self.functions.values())).__code__.co_filename

    def settings(self, text: str) -> Any:
        """Reads and checks settings from their JSON text."""
        given = parse(text)
        try:
            settings: Any = given if self._reader is None else self._reader(given)
            wrong = mistakes(given, self.schema) if self._reader is None else []
            if not wrong and self._validate is not None:
                self._validate(settings)
        except Unfit:
            settings, wrong = None, mistakes(given, self.schema) or ["settings: are not what they must be"]
        except ValueError as error:
            wrong = [f"settings: {error}"]
        if wrong:
            raise SettingsError("; ".join(wrong))
        return settings

    def describe(self) -> dict[str, Any]:
        """What it says of itself: the answer of ``about.describe``. Reads ``pyproject.toml``."""
        # Here and not above: a component has no use for it, and all that it imports is part of it.
        import tomllib
        from pathlib import Path

        beside = Path(self.file).resolve().parent / "pyproject.toml"
        project = tomllib.loads(beside.read_text("utf-8")).get("project", {}) if beside.is_file() else {}
        about = {key: said if said is not None else project.get(key) for key, said in self._said.items()}
        for key in ("name", "version"):
            if not about[key]:
                raise TypeError(f"the plugin has no {key}: say it in {beside} under [project], or in Plugin({key}=...)")
        about["description"] = about["description"] or ""
        return about | {"takes": self._takes, "settings": self.schema}

    def freeze(self, described: str) -> None:
        """Takes the schema from what ``describe`` answered at build time: a component has no source to read it from."""
        self.schema = json.loads(described)["settings"]
