// What an author says of a plugin: `plugin({ ... })`.

import { Path } from './path.js';
import { infer } from './schema.js';

/** The kinds of plugin and the functions that make one, as the contract names them. */
export const KINDS = {
  mapper: ['toTarget', 'toSource'],
  'template-chooser': ['choose'],
  rules: ['decide'],
};

/** The exports of each kind, as case files name them, and the author's function behind each. */
export const EXPORTS = {
  'to-target': { kind: 'mapper', name: 'toTarget' },
  'to-source': { kind: 'mapper', name: 'toSource' },
  choose: { kind: 'template-chooser', name: 'choose' },
  decide: { kind: 'rules', name: 'decide' },
};

const TEXTS = ['name', 'version', 'description'];
const FUNCTIONS = Object.values(KINDS).flat();
const OPTIONS = [...TEXTS, 'settings', 'defaults', 'takes', 'validate', ...FUNCTIONS];

/** A plugin is known by this, not by its class: a test may load the SDK by another path than the plugin does. */
const BRAND = Symbol.for('jackfield.plugin');

/** Whether a value is what `plugin` answered. */
export function isPlugin(value) {
  return typeof value === 'object' && value !== null && value[BRAND] === true;
}

/** Defines a plugin. See index.d.ts for what may be given. Throws where it makes no sense: no plugin is built of it. */
export function plugin(options) {
  if (typeof options !== 'object' || options === null) throw new TypeError('plugin: give one object');
  for (const option of Object.keys(options)) {
    if (!OPTIONS.includes(option)) {
      throw new TypeError(`plugin: unknown \`${option}\`, expected one of ${OPTIONS.join(', ')}`);
    }
  }
  for (const name of TEXTS) expect(options, name, 'string');
  for (const name of ['validate', ...FUNCTIONS]) expect(options, name, 'function');
  const kinds = Object.keys(KINDS).filter((kind) => options[KINDS[kind][0]]);
  if (options.toSource && !options.toTarget) throw new TypeError('plugin: `toSource` needs `toTarget` beside it');
  if (kinds.length === 0) throw new TypeError('plugin: give `toTarget`, `choose` or `decide`, at least one of them');
  if (options.settings !== undefined && options.defaults !== undefined) {
    throw new TypeError('plugin: give `settings` (a JSON Schema, with its defaults in it) or `defaults`, not both');
  }
  return Object.freeze({
    [BRAND]: true,
    ...Object.fromEntries(TEXTS.map((name) => [name, options[name]])),
    ...Object.fromEntries(FUNCTIONS.map((name) => [name, options[name]])),
    kinds: Object.freeze(kinds),
    schema: schema(options),
    takes: takes(options.takes),
    validate: options.validate,
  });
}

function expect(options, name, type) {
  if (options[name] !== undefined && typeof options[name] !== type) {
    throw new TypeError(`plugin: \`${name}\` must be a ${type}`);
  }
}

/** The settings' schema. Unknown keys at the top are always refused, unless the schema speaks of them. */
function schema({ settings, defaults = {} }) {
  const given = settings ?? { type: 'object', properties: {}, ...infer(defaults) };
  if (typeof given !== 'object' || given === null || given.type !== 'object') {
    throw new TypeError('plugin: the settings are an object: `settings` is a JSON Schema with `type: "object"`');
  }
  return Object.freeze({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...('additionalProperties' in given ? {} : { additionalProperties: false }),
    ...given,
  });
}

function takes(paths = []) {
  if (!Array.isArray(paths)) throw new TypeError('plugin: `takes` is a list of source paths');
  paths.forEach((path) => Path.parse(path));
  return Object.freeze([...paths]);
}

/** What a plugin says of itself: the answer of `about.describe`. `manifest` is its package.json. */
export function describe(definition, manifest = {}) {
  const texts = TEXTS.map((name) => [name, definition[name] ?? manifest[name] ?? '']);
  return JSON.stringify({ ...Object.fromEntries(texts), takes: definition.takes, settings: definition.schema });
}
