import { Choice, Decision, directory, log, plugin } from '../sdk/index.js';

const SKILL = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:skill';

/** The team of the source's skill; undefined where there is no skill, or none that the settings know. */
function teamOf(source, skills) {
  return skills[source.str(SKILL) ?? ''];
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
        description: 'The template of each skill that has one.',
        type: 'object',
        additionalProperties: { type: 'string' },
        default: {},
      },
      forbidden_teams: {
        description: 'Teams that only people give, by name.',
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
    else if (source.str(SKILL) !== undefined) log.info('a skill is not in `skills`: the team is left as it is');
    return draft;
  },

  toSource(input) {
    const { target, settings } = input;
    const source = input.start();
    // Several skills may have one team: the one that is remembered stays.
    if (teamOf(source, settings.skills) === target.team) return source;
    const skill = Object.keys(settings.skills).find((skill) => settings.skills[skill] === target.team);
    if (skill !== undefined) source.set(SKILL, skill);
    return source;
  },

  choose({ source, settings }) {
    const template = settings.templates[source.str(SKILL) ?? ''];
    return template === undefined ? Choice.none('no template for the skill') : Choice.template(template, 'by skill');
  },

  decide({ target, settings }) {
    if (target.team === undefined) return Decision.allow();
    // A team may be named by its id.
    const name = directory.findTeam(target.team)?.name ?? target.team;
    const forbidden = settings.forbidden_teams.some((team) => team.toLowerCase() === name.toLowerCase());
    if (!forbidden) return Decision.allow();
    return Decision.deny('team', 'the team is not given by provisioning')
      .scimType('invalidValue')
      .fix("name another team, or take this one out of `forbidden_teams` in the plugin's settings");
  },
});
