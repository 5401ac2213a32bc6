// What a call is given: the members of case files, their short forms, and what stands where nothing is said.

/** What each export takes, with what stands where a case does not say; `null` stands for absent. */
const MAPPER = { connection: 'test', idp: 'generic' };
const DOCUMENTS = { settings: {}, facts: {} };
const OCCASION = {
  ...MAPPER,
  operation: 'create',
  source: {},
  sourceBefore: null,
  target: {},
  held: null,
  groups: [],
  moment: '2026-01-01T00:00:00Z',
  ...DOCUMENTS,
};
const INPUTS = {
  'to-target': { ...MAPPER, source: {}, remembered: null, draft: {}, groups: [], ...DOCUMENTS },
  'to-source': { ...MAPPER, target: {}, remembered: null, draft: {}, ...DOCUMENTS },
  choose: OCCASION,
  decide: OCCASION,
};

/** Documents that may be absent. */
const OPTIONAL = ['remembered', 'sourceBefore', 'held'];
const LISTS = { roles: ['id', 'name', 'status'], teams: ['id', 'name'], loginAuthenticators: ['id', 'name'] };
const KNOWN = [...new Set(Object.values(INPUTS).flatMap((input) => Object.keys(input)))];

const DIRECTORY = {
  version: '1',
  roles: [{ id: '1', name: 'Agent', status: 'ACTIVE' }],
  teams: [],
  loginAuthenticators: [],
  templates: [],
  defaultRole: 'Agent',
};

export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws where a value has other members. */
export function onlyMembers(value, known, place) {
  if (!isObject(value)) throw new Error(`${place} must be an object`);
  for (const member of Object.keys(value)) {
    if (!known.includes(member)) {
      throw new Error(`${place}: unknown member \`${member}\`, expected one of ${known.map((one) => `\`${one}\``).join(', ')}`);
    }
  }
}

function text(value, place) {
  if (typeof value !== 'string') throw new Error(`${place} must be a string`);
  return value;
}

function list(value, place, item) {
  if (!Array.isArray(value)) throw new Error(`${place} must be a list`);
  return value.map((one, at) => item(one, `${place}[${at}]`, at + 1));
}

/** A role, team or login authenticator, or its name. */
function named(value, place, position, members) {
  const given = typeof value === 'string' ? { name: value } : value;
  onlyMembers(given, members, place);
  const made = { id: String(position), ...given };
  if (members.includes('status')) made.status = given.status ?? 'ACTIVE';
  for (const member of members) text(made[member], `${place}.${member}`);
  return made;
}

function group(value, place, position) {
  const given = typeof value === 'string' ? { displayName: value } : value;
  onlyMembers(given, ['id', 'externalId', 'displayName'], place);
  const made = { id: `g${position}`, displayName: '', ...given };
  for (const member of Object.keys(made)) text(made[member], `${place}.${member}`);
  return made;
}

function directory(value, place) {
  onlyMembers(value, Object.keys(DIRECTORY), place);
  const made = { ...DIRECTORY };
  for (const [member, given] of Object.entries(value)) {
    const at = `${place}.${member}`;
    if (member === 'templates') made[member] = list(given, at, text);
    else if (LISTS[member]) made[member] = list(given, at, (one, where, position) => named(one, where, position, LISTS[member]));
    else made[member] = text(given, at);
  }
  return made;
}

/** Reads what is given: the same members, short forms written out. Throws where one is unknown or of a wrong type. */
export function readGiven(value, place) {
  onlyMembers(value, [...KNOWN, 'directory'], place);
  const read = {};
  for (const [member, given] of Object.entries(value)) {
    const at = `${place}.${member}`;
    if (member === 'directory') read[member] = directory(given, at);
    else if (member === 'groups') read[member] = list(given, at, group);
    else if (typeof OCCASION[member] === 'string') read[member] = text(given, at);
    else if (isObject(given) || (given === null && OPTIONAL.includes(member))) read[member] = given;
    else throw new Error(`${at} must be an object${OPTIONAL.includes(member) ? ' or null' : ''}`);
  }
  return read;
}

/** The input of an export, and the directory beside it where it has one, from what was given. */
export function inputOf(name, given) {
  const members = Object.entries(INPUTS[name]).map(([member, instead]) => [member, member in given ? given[member] : instead]);
  const input = Object.fromEntries(members.filter(([, value]) => value !== null));
  return name === 'choose' || name === 'decide' ? { input, directory: given.directory ?? DIRECTORY } : { input };
}
