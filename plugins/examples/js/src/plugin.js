// A skill that the identity provider sends decides the team, and the template that a newcomer starts from; and some teams are
// not provisioning's to give.

import { Choice, Decision, directory, log, plugin } from '../sdk/index.js';

// Where the identity provider says it.
const SKILL = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:skill';

/** The team of the source's skill; undefined where there is no skill, or none that the settings know. */
function teamOf(source, skills) {
  return skills[source.str(SKILL) ?? ''];
}

/** Whether two words mean one team: one may be its name, the other its id. */
function sameTeam(one, other) {
  if (one.toLowerCase() === other.toLowerCase()) return true;
  const found = directory.findTeam(one);
  return found !== undefined && found.id === directory.findTeam(other)?.id;
}

export default plugin({
  settings: {
    type: 'object',
    required: ['skills'],
    properties: {
      skills: {
        description: 'The team of each skill.',
        type: 'object',
        additionalProperties: { type: 'string' },
      },
      templates: {
        description: 'The template that a newcomer with the skill starts from.',
        type: 'object',
        additionalProperties: { type: 'string' },
        default: {},
      },
      forbidden_teams: {
        description: 'Teams that provisioning never gives, by name or id.',
        type: 'array',
        items: { type: 'string' },
        default: [],
      },
    },
  },

  takes: [SKILL],

  toTarget({ source, draft, settings }) {
    const team = teamOf(source, settings.skills);
    if (team !== undefined) draft.team = team;
    // Not which: it is the person's.
    else if (source.str(SKILL) !== undefined) log.info('a skill is not in `skills`: the team is left as it is');
    return draft;
  },

  toSource(input) {
    const { target, settings } = input;
    const source = input.start();
    // Several skills may have one team: what the identity provider said stays where it is still true.
    if (teamOf(source, settings.skills) === target.team) return source;
    const skills = Object.keys(settings.skills).sort();
    const skill = skills.find((one) => settings.skills[one] === target.team);
    if (skill !== undefined) source.set(SKILL, skill);
    return source;
  },

  choose({ source, settings }) {
    const template = settings.templates[source.str(SKILL) ?? ''];
    return template === undefined ? Choice.none('no template for the skill') : Choice.template(template, 'by skill');
  },

  decide({ target, settings }) {
    const { team } = target;
    if (team === undefined || !settings.forbidden_teams.some((other) => sameTeam(team, other))) return Decision.allow();
    return Decision.deny('team', 'the team is not given by provisioning')
      .scimType('invalidValue')
      .fix("name another team, or take this one out of `forbidden_teams` in the plugin's settings");
  },
});
