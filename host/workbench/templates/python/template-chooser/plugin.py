"""New users start from the template of their department."""

from dataclasses import dataclass, field

from jackfield_sdk import Choice, Occasion, Plugin

DEPARTMENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"


@dataclass
class Settings:
    """What is written here is shown to whoever configures the plugin."""

    templates: dict[str, str] = field(default_factory=dict)
    """The template of each department."""
    default: str | None = None
    """The template of everybody else; none if not said."""


plugin = Plugin(Settings)


@plugin.choose
def choose(call: Occasion[Settings]) -> Choice:
    """The template, and why: the reason is shown to the operator and must not hold values of the person."""
    template = call.settings.templates.get(call.source.str(DEPARTMENT) or "")
    if template is not None:
        return Choice.template(template, "by department")
    if call.settings.default is not None:
        return Choice.template(call.settings.default, "the default")
    return Choice.none("no template for the department")
