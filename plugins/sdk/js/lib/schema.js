// As much of JSON Schema (2020-12) as settings need. The host checks a configuration against the whole schema before it is
// used; this says the same of a test's settings, and fills in defaults. Keywords that it does not know it leaves to the host.

const TYPES = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  null: (value) => value === null,
};

const ARTICLES = { object: 'a table', array: 'a list', integer: 'a whole number', boolean: 'true or false', null: 'null' };

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema of settings that look like these: every key optional, and no others. */
export function infer(value) {
  if (Array.isArray(value)) return value.length === 0 ? { type: 'array' } : { type: 'array', items: infer(value[0]) };
  if (isObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return { type: 'object' };
    const properties = entries.map(([key, one]) => [key, { ...infer(one), default: one }]);
    return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
  }
  if (Number.isInteger(value)) return { type: 'integer' };
  if (['string', 'boolean', 'number'].includes(typeof value)) return { type: typeof value };
  throw new TypeError('a default is a string, a number, true or false, a list or an object');
}

/**
 * A value with the schema's defaults filled in. Its objects have no prototype, so that a table that is asked for
 * `constructor` has none.
 */
export function filled(schema, value) {
  if (Array.isArray(value)) return value.map((item) => filled(schema?.items, item));
  if (!isObject(value)) return value;
  const copy = Object.create(null);
  for (const key of Object.keys(value)) copy[key] = filled(below(schema, key), value[key]);
  const properties = schema?.properties;
  if (properties === undefined) return copy;
  for (const key of Object.keys(properties)) {
    const instead = properties[key]?.default;
    if (instead !== undefined && !Object.hasOwn(copy, key)) copy[key] = filled(properties[key], instead);
  }
  return copy;
}

function below(schema, key) {
  const properties = schema?.properties;
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : schema?.additionalProperties;
}

/** What is wrong with settings, and where, in serde's words as in Rust's SDK; undefined for nothing. Values are not quoted. */
export function complaint(schema, settings) {
  return within(schema, settings, undefined, schema);
}

/** Where a value stands: the key and what it is in, spelt out only where something is wrong. */
function spelt(place) {
  if (place === undefined) return 'settings';
  const { above, key } = place;
  if (typeof key === 'number') return `${spelt(above)}[${key}]`;
  return /^[A-Za-z0-9_-]+$/.test(key) ? `${spelt(above)}.${key}` : `${spelt(above)}[${JSON.stringify(key)}]`;
}

function within(schema, value, place, root) {
  if (!isObject(schema)) return schema === false ? `${spelt(place)}: must not be there` : undefined;
  const { type, anyOf, oneOf, allOf } = schema;
  if (type !== undefined && !isOfType(type, value)) {
    const types = [type].flat().map((one) => ARTICLES[one] ?? `a ${one}`);
    return `${spelt(place)}: invalid type, expected ${types.join(' or ')}`;
  }
  if (schema.enum !== undefined && !schema.enum.some((one) => equal(one, value))) {
    return `${spelt(place)}: unknown variant, expected ${names(schema.enum)}`;
  }
  if (schema.const !== undefined && !equal(schema.const, value)) {
    return `${spelt(place)}: unknown variant, expected ${names([schema.const])}`;
  }
  if (schema.$ref !== undefined) {
    const wrong = within(resolve(root, schema.$ref), value, place, root);
    if (wrong) return wrong;
  }
  if (anyOf !== undefined || oneOf !== undefined) {
    const wrong = (anyOf ?? oneOf).map((one) => within(one, value, place, root));
    if (wrong.every((one) => one !== undefined)) return wrong.join(', or ');
  }
  if (allOf !== undefined) {
    const wrong = first(allOf, (one) => within(one, value, place, root));
    if (wrong) return wrong;
  }
  if (typeof value === 'string') return inText(schema, value, place);
  if (typeof value === 'number') return inNumber(schema, value, place);
  if (Array.isArray(value)) return inList(schema, value, place, root);
  return isObject(value) ? inTable(schema, value, place, root) : undefined;
}

function isOfType(type, value) {
  return Array.isArray(type) ? type.some((one) => TYPES[one]?.(value)) : TYPES[type]?.(value) === true;
}

function resolve(root, reference) {
  const steps = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  return steps.reduce((at, step) => at?.[step.replaceAll('~1', '/').replaceAll('~0', '~')], root);
}

function equal(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function inText({ minLength, maxLength, pattern }, value, place) {
  if (minLength !== undefined && [...value].length < minLength) return `${spelt(place)}: must have at least ${minLength} characters`;
  if (maxLength !== undefined && [...value].length > maxLength) return `${spelt(place)}: must have at most ${maxLength} characters`;
  if (pattern !== undefined && !new RegExp(pattern).test(value)) return `${spelt(place)}: must match ${pattern}`;
  return undefined;
}

function inNumber({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }, value, place) {
  if (value < minimum) return `${spelt(place)}: must be at least ${minimum}`;
  if (value > maximum) return `${spelt(place)}: must be at most ${maximum}`;
  if (value <= exclusiveMinimum) return `${spelt(place)}: must be more than ${exclusiveMinimum}`;
  if (value >= exclusiveMaximum) return `${spelt(place)}: must be less than ${exclusiveMaximum}`;
  return undefined;
}

function inList({ minItems, maxItems, items, uniqueItems }, value, place, root) {
  if (value.length < minItems) return `${spelt(place)}: must have at least ${minItems} items`;
  if (value.length > maxItems) return `${spelt(place)}: must have at most ${maxItems} items`;
  if (uniqueItems && new Set(value.map((item) => JSON.stringify(item))).size < value.length) {
    return `${spelt(place)}: must not name anything twice`;
  }
  if (items === undefined) return undefined;
  return first(value, (item, at) => within(items, item, { above: place, key: at }, root));
}

function inTable(schema, value, place, root) {
  const { properties = {}, required = [], additionalProperties, minProperties, maxProperties } = schema;
  const missing = required.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${spelt(place)}: missing field \`${missing}\``;
  const keys = Object.keys(value);
  if (keys.length < minProperties) return `${spelt(place)}: must have at least ${minProperties} keys`;
  if (keys.length > maxProperties) return `${spelt(place)}: must have at most ${maxProperties} keys`;
  return first(keys, (key) => {
    const known = Object.hasOwn(properties, key);
    if (known || additionalProperties !== false) {
      return within(known ? properties[key] : additionalProperties, value[key], { above: place, key }, root);
    }
    const fields = Object.keys(properties);
    return `${spelt(place)}: unknown field \`${key}\`, ${fields.length === 0 ? 'there are no fields' : `expected ${names(fields)}`}`;
  });
}

/** Names to choose from. */
function names(all) {
  const spelt = all.map((one) => `\`${one}\``);
  return spelt.length > 2 ? `one of ${spelt.join(', ')}` : spelt.join(' or ');
}

function first(items, check) {
  for (let at = 0; at < items.length; at += 1) {
    const wrong = check(items[at], at);
    if (wrong) return wrong;
  }
  return undefined;
}
