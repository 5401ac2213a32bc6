"""A skill that the identity provider sends decides the team, and the template that a newcomer starts from; and some teams are
not provisioning's to give."""

from dataclasses import dataclass, field

from jackfield_sdk import (
    Backward,
    Choice,
    Decision,
    Forward,
    Occasion,
    Plugin,
    Source,
    Target,
    directory,
    log,
)

# Where the identity provider says it.
SKILL = "urn:ietf:params:scim:schemas:extension:acme:2.0:User:skill"


@dataclass
class Settings:
    skills: dict[str, str]
    """The team of each skill."""
    templates: dict[str, str] = field(default_factory=dict)
    """The template that a newcomer with the skill starts from."""
    forbidden_teams: list[str] = field(default_factory=list)
    """Teams that provisioning never gives, by name or id."""


plugin = Plugin(Settings, takes=[SKILL])


@plugin.to_target
def to_target(call: Forward[Settings]) -> Target:
    target = call.draft
    skill = call.source.str(SKILL)
    if skill in call.settings.skills:
        target.team = call.settings.skills[skill]
    elif skill is not None:
        # Not which: it is the person's.
        log.info("a skill is not in `skills`: the team is left as it is")
    return target


@plugin.to_source
def to_source(call: Backward[Settings]) -> Source:
    source, team = call.start(), call.target.team
    of_team = [skill for skill, its in sorted(call.settings.skills.items()) if its == team]
    # Several skills may have one team: what the identity provider said stays where it is still true.
    if of_team and source.str(SKILL) not in of_team:
        source.set(SKILL, of_team[0])
    return source


@plugin.choose
def choose(call: Occasion[Settings]) -> Choice:
    template = call.settings.templates.get(call.source.str(SKILL) or "")
    if template is None:
        return Choice.none("no template for the skill")
    return Choice.template(template, "by skill")


@plugin.decide
def decide(call: Occasion[Settings]) -> Decision:
    team = call.target.team
    if team is None or not any(same_team(team, other) for other in call.settings.forbidden_teams):
        return Decision.allow()
    return (
        Decision.deny("team", "the team is not given by provisioning")
        .scim_type("invalidValue")
        .fix("name another team, or take this one out of `forbidden_teams` in the plugin's settings")
    )


def same_team(one: str, other: str) -> bool:
    """Whether two words mean one team: one may be its name, the other its id."""
    if one.lower() == other.lower():
        return True
    found = directory.find_team(one)
    return found is not None and found == directory.find_team(other)
