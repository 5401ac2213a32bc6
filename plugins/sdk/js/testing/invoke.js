// Calls a plugin natively with the JSON of a call, the form that cases, recordings and `jackfield plugin run` share.

import { call } from '../lib/call.js';
import { describe } from '../lib/definition.js';
import { host } from '../lib/host.js';
import { forbidding } from '../lib/pure.js';

const TEXTS = ['connection', 'idp', 'operation', 'moment', 'groups'];

/** The directory with the host's way of looking things up. */
function lookingUp({ version, roles, teams, loginAuthenticators, templates, defaultRole }) {
  const find = (all) => (wanted) =>
    all.find(({ id }) => id === wanted) ?? all.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  return {
    roles: () => roles,
    findRole: find(roles),
    defaultRole: () => defaultRole,
    teams: () => teams,
    findTeam: find(teams),
    loginAuthenticators: () => loginAuthenticators,
    findLoginAuthenticator: find(loginAuthenticators),
    templates: () => templates.map((name) => ({ name })),
    version: () => version,
  };
}

/**
 * Calls an export: `describe`, `to-target`, `to-source`, `choose` or `decide`. Answers `{ output, log }`: the output as case
 * files write it, and the lines logged, `level: text`. What the plugin throws is `output.error`.
 */
export function invoke(plugin, name, input, directory, manifest) {
  if (name === 'describe') return { output: JSON.parse(describe(plugin, manifest)), log: [] };
  const log = [];
  const record = Object.entries(input).map(([member, value]) => [member, TEXTS.includes(member) ? value : JSON.stringify(value)]);
  const before = host.write;
  host.write = (level, message) => log.push(`${level}: ${message}`);
  try {
    const answer = forbidding(() => call(plugin, name, Object.fromEntries(record), directory && lookingUp(directory)));
    return { output: output(name, answer), log };
  } catch (thrown) {
    // The contract's error is a plain object; anything else is a fault of the SDK.
    if (thrown instanceof Error) throw thrown;
    const { code, message, attribute } = thrown;
    return { output: { error: { code, message, ...(attribute === undefined ? {} : { attribute }) } }, log };
  } finally {
    host.write = before;
  }
}

function output(name, answer) {
  if (name === 'to-target') return { target: JSON.parse(answer) };
  if (name === 'to-source') return { source: JSON.parse(answer) };
  return JSON.parse(JSON.stringify(answer));
}
