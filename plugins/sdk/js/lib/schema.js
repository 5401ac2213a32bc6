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
  for (const [key, one] of Object.entries(value)) copy[key] = filled(below(schema, key), one);
  for (const [key, property] of Object.entries(schema?.properties ?? {})) {
    if (!Object.hasOwn(copy, key) && property?.default !== undefined) copy[key] = filled(property, property.default);
  }
  return copy;
}

function below(schema, key) {
  const properties = schema?.properties ?? {};
  return Object.hasOwn(properties, key) ? properties[key] : schema?.additionalProperties;
}

/** What is wrong with a value, and where; undefined for nothing. Values are not quoted. */
export function complaint(schema, value, place, root = schema) {
  if (schema === true || !isObject(schema)) {
    return schema === false ? `${place} must not be there` : undefined;
  }
  if (typeof schema.$ref === 'string') {
    const wrong = complaint(resolve(root, schema.$ref), value, place, root);
    if (wrong) return wrong;
  }
  if (schema.type !== undefined) {
    const types = [schema.type].flat();
    if (!types.some((type) => TYPES[type]?.(value))) {
      return `${place} must be ${types.map((type) => ARTICLES[type] ?? `a ${type}`).join(' or ')}`;
    }
  }
  if (schema.enum && !schema.enum.some((one) => equal(one, value))) {
    return `${place} must be one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}`;
  }
  if ('const' in schema && !equal(schema.const, value)) return `${place} must be ${JSON.stringify(schema.const)}`;
  for (const keyword of ['anyOf', 'oneOf']) {
    const wrong = schema[keyword]?.map((one) => complaint(one, value, place, root));
    if (wrong?.every((one) => one !== undefined)) return wrong.join(', or ');
  }
  for (const one of schema.allOf ?? []) {
    const wrong = complaint(one, value, place, root);
    if (wrong) return wrong;
  }
  if (typeof value === 'string') return inText(schema, value, place);
  if (typeof value === 'number') return inNumber(schema, value, place);
  if (Array.isArray(value)) return inList(schema, value, place, root);
  return isObject(value) ? inTable(schema, value, place, root) : undefined;
}

function resolve(root, reference) {
  const steps = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  return steps.reduce((at, step) => at?.[step.replaceAll('~1', '/').replaceAll('~0', '~')], root);
}

function equal(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function inText({ minLength, maxLength, pattern }, value, place) {
  const length = [...value].length;
  if (length < minLength) return `${place} must have at least ${minLength} characters`;
  if (length > maxLength) return `${place} must have at most ${maxLength} characters`;
  if (pattern !== undefined && !new RegExp(pattern).test(value)) return `${place} must match ${pattern}`;
  return undefined;
}

function inNumber({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }, value, place) {
  if (value < minimum) return `${place} must be at least ${minimum}`;
  if (value > maximum) return `${place} must be at most ${maximum}`;
  if (value <= exclusiveMinimum) return `${place} must be more than ${exclusiveMinimum}`;
  if (value >= exclusiveMaximum) return `${place} must be less than ${exclusiveMaximum}`;
  return undefined;
}

function inList({ minItems, maxItems, items, uniqueItems }, value, place, root) {
  if (value.length < minItems) return `${place} must have at least ${minItems} items`;
  if (value.length > maxItems) return `${place} must have at most ${maxItems} items`;
  if (uniqueItems && new Set(value.map((item) => JSON.stringify(item))).size < value.length) {
    return `${place} must not name anything twice`;
  }
  if (items === undefined) return undefined;
  return first(value, (item, at) => complaint(items, item, `${place}[${at}]`, root));
}

function inTable(schema, value, place, root) {
  const { properties = {}, required = [], additionalProperties, minProperties, maxProperties } = schema;
  for (const key of required) {
    if (!Object.hasOwn(value, key)) return `${place}: missing key \`${key}\``;
  }
  const keys = Object.keys(value);
  if (keys.length < minProperties) return `${place} must have at least ${minProperties} keys`;
  if (keys.length > maxProperties) return `${place} must have at most ${maxProperties} keys`;
  return first(keys, (key) => {
    const at = /^[A-Za-z0-9_-]+$/.test(key) ? `${place}.${key}` : `${place}[${JSON.stringify(key)}]`;
    if (Object.hasOwn(properties, key)) return complaint(properties[key], value[key], at, root);
    if (additionalProperties !== false) return complaint(additionalProperties ?? true, value[key], at, root);
    const known = Object.keys(properties).map((one) => `\`${one}\``);
    return `${place}: unknown key \`${key}\`, expected ${known.length === 0 ? 'none' : `one of ${known.join(', ')}`}`;
  });
}

function first(items, check) {
  for (const [at, item] of items.entries()) {
    const wrong = check(item, at);
    if (wrong) return wrong;
  }
  return undefined;
}
