// Reads case files. What they may say is shared with the other SDKs and `jackfield plugin test`: cases.schema.json.

import { inputOf, isObject, onlyMembers, readGiven } from './given.js';

/** What each export may be expected to answer. */
const ANSWERS = {
  'to-target': ['target'],
  'to-source': ['source'],
  choose: ['template', 'reason'],
  decide: ['verdict', 'warnings', 'target', 'detail', 'attribute', 'status', 'scimType', 'fix'],
};
const ENDINGS = { error: ['code', 'message', 'attribute'], ending: ['kind', 'message'] };
const VERDICTS = ['allow', 'amend', 'defer', 'deny'];

/** What tells the export, the surest first: a verdict may have a target. */
const TELLS = { verdict: 'decide', template: 'choose', source: 'to-source', target: 'to-target' };

/** Each member's type where it is expected; documents and `null` apart. */
const TEXTS = ['template', 'reason', 'verdict', 'detail', 'attribute', 'scimType', 'fix', 'code', 'message', 'kind'];

/**
 * The cases of a file: `{ name, export, expect, input, directory }`. `exports` are the plugin's. Throws where the file says
 * something that it may not, naming the case.
 */
export function readCases(text, exports) {
  let file;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new Error(`is not JSON: ${error.message}`);
  }
  if (!isObject(file)) throw new Error('must be an object with `cases`');
  onlyMembers(file, ['$schema', 'given', 'cases'], 'the file');
  if (!Array.isArray(file.cases) || file.cases.length === 0) throw new Error('`cases` must be a list with at least one case');
  const shared = readGiven(file.given ?? {}, 'given');
  const names = new Set();
  return file.cases.map((one, at) => {
    const name = isObject(one) ? one.name : undefined;
    if (typeof name !== 'string' || name === '') throw new Error(`case ${at + 1}: \`name\` must be a text that is not empty`);
    if (names.has(name)) throw new Error(`case \`${name}\`: the name is there twice`);
    names.add(name);
    try {
      return readCase(one, shared, exports);
    } catch (error) {
      throw new Error(`case \`${name}\`: ${error.message}`);
    }
  });
}

function readCase(one, shared, exports) {
  onlyMembers(one, ['name', 'export', 'given', 'expect'], 'the case');
  const given = { ...shared, ...readGiven(one.given ?? {}, 'given') };
  if (!isObject(one.expect) || Object.keys(one.expect).length === 0) {
    throw new Error('`expect` must be an object with at least one member');
  }
  const name = told(one, exports);
  checkExpect(one.expect, name);
  return { name: one.name, export: name, expect: one.expect, ...inputOf(name, given) };
}

/** The export that a case calls. */
function told({ export: said, expect }, exports) {
  if (said !== undefined && !Object.hasOwn(ANSWERS, said)) {
    throw new Error(`export \`${said}\` is none of ${Object.keys(ANSWERS).join(', ')}`);
  }
  const tell = Object.keys(TELLS).find((member) => member in expect);
  const name = said ?? TELLS[tell] ?? (exports.length === 1 ? exports[0] : undefined);
  if (name === undefined) throw new Error(`\`export\` must say which of ${exports.join(', ')} is called`);
  if (!exports.includes(name)) throw new Error(`the plugin has no \`${name}\`, it has ${exports.join(', ')}`);
  return name;
}

function checkExpect(expect, name) {
  const { log, ...rest } = expect;
  if (log !== undefined && !(Array.isArray(log) && log.every((line) => typeof line === 'string'))) {
    throw new Error('expect.log must be a list of strings, as `warn: text`');
  }
  for (const [ending, members] of Object.entries(ENDINGS)) {
    if (!(ending in rest)) continue;
    onlyMembers(rest, [ending], 'expect');
    onlyMembers(rest[ending], members, `expect.${ending}`);
    return checkTypes(rest[ending], `expect.${ending}`);
  }
  onlyMembers(rest, ANSWERS[name], `expect of ${name}`);
  return checkTypes(rest, 'expect');
}

function checkTypes(members, place) {
  for (const [member, value] of Object.entries(members)) {
    if (value === null) continue;
    const at = `${place}.${member}`;
    if (TEXTS.includes(member) && typeof value !== 'string') throw new Error(`${at} must be a string`);
    if (member === 'status' && !Number.isInteger(value)) throw new Error(`${at} must be a whole number`);
    if (member === 'warnings' && !Array.isArray(value)) throw new Error(`${at} must be a list`);
    if ((member === 'target' || member === 'source') && !isObject(value)) throw new Error(`${at} must be an object`);
    if (member === 'verdict' && !VERDICTS.includes(value)) {
      throw new Error(`${at}: \`${value}\` is none of ${VERDICTS.join(', ')}`);
    }
  }
}
