// Attribute paths: RFC 7644, section 3.10, with the value filters of section 3.5.2 as far as identity providers use them.

const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:user';

/** RFC 7643, section 2.1; `$ref` is the one name that starts otherwise. */
const NAME = /^[A-Za-z$][A-Za-z0-9_-]*$/;

/** What is wrong with a path. */
class Malformed extends Error {}

/** Whether two names are the same: SCIM's names have no case. */
export function same(one, other) {
  return one === other || (one.length === other.length && one.toLowerCase() === other.toLowerCase());
}

/** Booleans come as words in some providers' filters and as strings in some bodies. */
export function boolean(text) {
  if (same(text, 'true')) return true;
  if (same(text, 'false')) return false;
  return undefined;
}

/**
 * A path such as `userName`, `name.givenName`, `emails[type eq "work"].value` or
 * `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`.
 *
 * In a filter, `eq` compares; several comparisons are joined by `and`. The core User URN in front of a path is dropped.
 */
export class Path {
  constructor({ extension, attribute, filter, sub }) {
    this.extension = extension;
    this.attribute = attribute;
    this.filter = filter;
    this.sub = sub;
    Object.freeze(this);
  }

  /** Parses a path; throws where it is malformed, or its filter uses anything but `eq` and `and`. */
  static parse(text) {
    if (text instanceof Path) return text;
    try {
      return new Path(parse(String(text).trim()));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      throw new TypeError(`\`${text}\` is not an attribute path: ${error.message}`);
    }
  }
}

function parse(text) {
  const bracket = text.indexOf('[');
  let head = bracket < 0 ? text : text.slice(0, bracket);
  let extension;
  const colon = head.lastIndexOf(':');
  if (colon >= 0) {
    const urn = head.slice(0, colon);
    if (!same(urn.slice(0, 4), 'urn:')) throw new Malformed('what stands before the last colon must be a URN');
    extension = same(urn, CORE_USER) ? undefined : urn;
    head = head.slice(colon + 1);
  }
  let [attribute, filter, sub] = [head, [], undefined];
  if (bracket >= 0) {
    const [comparisons, after] = parseFilter(text.slice(bracket + 1));
    filter = comparisons;
    if (after.startsWith('.')) sub = after.slice(1);
    else if (after !== '') throw new Malformed('after a filter only `.` and a sub-attribute may follow');
  } else if (head.includes('.')) {
    const dot = head.indexOf('.');
    [attribute, sub] = [head.slice(0, dot), head.slice(dot + 1)];
  }
  if (!NAME.test(attribute) || (sub !== undefined && !NAME.test(sub))) {
    throw new Malformed('attribute names start with a letter or `$` and hold letters, digits, `-`, `_`');
  }
  return { extension, attribute, filter, sub };
}

/** Parses up to the closing bracket and hands back what follows it. */
function parseFilter(text) {
  const comparisons = [];
  let rest = text;
  for (;;) {
    const [attribute, behindAttribute] = word(rest);
    if (!NAME.test(attribute)) throw new Malformed('a filter compares a sub-attribute, as in `type eq "work"`');
    const [operator, behindOperator] = word(behindAttribute);
    if (!same(operator, 'eq')) throw new Malformed('the only operator in a filter is `eq`');
    const [literal, behind] = parseLiteral(behindOperator);
    comparisons.push({ attribute, literal });
    const after = behind.trimStart();
    if (after.startsWith(']')) return [comparisons, after.slice(1)];
    const [and, next] = word(after);
    if (!same(and, 'and')) {
      throw new Malformed('comparisons in a filter are joined by `and`, and the filter ends with `]`');
    }
    rest = next;
  }
}

function word(text) {
  const start = text.trimStart();
  const end = start.search(/[\s\]"]/);
  const length = end < 0 ? start.length : end;
  if (length === 0) throw new Malformed('the filter ends too early');
  return [start.slice(0, length), start.slice(length)];
}

function parseLiteral(text) {
  const start = text.trimStart();
  if (!start.startsWith('"')) {
    const [bare, after] = word(start);
    return [boolean(bare) ?? bare, after];
  }
  // The literal is a JSON string (RFC 7644, section 3.4.2.2).
  const quoted = /^"(?:[^"\\]|\\[^])*"/.exec(start);
  if (!quoted) throw new Malformed('a text in the filter is not closed');
  try {
    return [JSON.parse(quoted[0]), start.slice(quoted[0].length)];
  } catch {
    throw new Malformed('a text in the filter has a bad escape');
  }
}

/** Whether a value equals a literal: texts without case, and `"True"` equals `true` (Entra compares `primary` with a string). */
export function equals(literal, value) {
  const wanted = typeof literal === 'string' && typeof value === 'boolean' ? boolean(literal) : literal;
  const found = typeof literal === 'boolean' && typeof value === 'string' ? boolean(value) : value;
  if (typeof wanted === 'string' && typeof found === 'string') return same(wanted, found);
  return typeof found === 'number' ? wanted === String(found) : wanted === found;
}

/** The value that an element made for this comparison gets; `primary` is a boolean whatever the filter wrote. */
export function made({ attribute, literal }) {
  if (typeof literal === 'string' && same(attribute, 'primary')) return boolean(literal) ?? literal;
  return literal;
}
