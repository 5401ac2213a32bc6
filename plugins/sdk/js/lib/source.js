// A SCIM User as the identity provider states it.

import { InputError } from './errors.js';
import { Path, boolean, equals, made, same } from './path.js';

/** Core attributes of RFC 7643, section 4.1.2, that hold several values. Written where nothing is yet, they become lists. */
const MULTI_VALUED = [
  'emails',
  'phoneNumbers',
  'roles',
  'addresses',
  'ims',
  'photos',
  'groups',
  'entitlements',
  'x509Certificates',
];

/**
 * A SCIM User (RFC 7643) as the identity provider states it, normalised by the host. Attribute names are compared without
 * case. See `Path` for what a path may be; a malformed one is thrown as an error.
 */
export class Source {
  #members;
  /** The text it came from, as long as `set` changed nothing: handed back byte for byte. */
  #text;
  /** Whether an object of it was handed out, which the plugin may have changed. */
  #lent = false;

  constructor(members = {}, text = undefined) {
    this.#members = members;
    this.#text = text;
  }

  /** Whether there are no attributes. */
  get isEmpty() {
    return Object.keys(this.#members).length === 0;
  }

  /** The whole resource. */
  get members() {
    this.#lent = true;
    return this.#members;
  }

  /**
   * The value at a path; undefined where there is nothing, or `null`. Without a filter, a sub-attribute of a multi-valued
   * attribute is that of the first element that has it.
   */
  get(path) {
    const value = this.#at(Path.parse(path));
    if (isComplex(value)) this.#lent = true;
    return value;
  }

  #at({ extension, attribute, filter, sub }) {
    const holder = extension === undefined ? this.#members : member(this.#members, extension);
    const value = member(holder, attribute);
    if (value === undefined) return undefined;
    if (filter.length === 0 && sub === undefined) return value;
    for (const element of elements(value)) {
      if (!matches(element, filter)) continue;
      const found = sub === undefined ? element : member(element, sub);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * The text at a path. A complex value stands for its `value`, a multi-valued one for its first element, as SCIM has it for
   * `manager` and `emails`. Empty texts are texts.
   */
  str(path) {
    const value = simple(this.#at(Path.parse(path)));
    return typeof value === 'string' ? value : undefined;
  }

  /** The simple value at a path as text: numbers and booleans as JSON writes them. */
  text(path) {
    const value = simple(this.#at(Path.parse(path)));
    return value === undefined ? undefined : String(value);
  }

  /** The boolean at a path. The texts `true` and `false` count. */
  bool(path) {
    const value = simple(this.#at(Path.parse(path)));
    if (typeof value === 'string') return boolean(value);
    return typeof value === 'boolean' ? value : undefined;
  }

  /**
   * Writes a value. What is missing on the way is made: the extension, a complex attribute, the element that a filter asks
   * for (with the filter's values, so that `emails[type eq "work"].value` makes a work e-mail). A simple value written over a
   * complex one is its `value`.
   */
  set(path, value) {
    const { extension, attribute, filter, sub } = Path.parse(path);
    if (value === undefined) throw new TypeError(`nothing to write at \`${path}\`: the value is undefined`);
    this.#text = undefined;
    const through = (holder) => {
      if (isObject(holder)) return holder;
      throw new InputError('the path leads through a value without sub-attributes', { attribute });
    };
    const holder = extension === undefined ? this.#members : through(slot(this.#members, extension, () => ({})));
    if (filter.length === 0 && sub === undefined) {
      put(holder, place(holder, attribute), value);
    } else if (filter.length === 0) {
      const multi = extension === undefined && MULTI_VALUED.some((name) => same(name, attribute));
      let complex = slot(holder, attribute, () => (multi ? [] : {}));
      if (Array.isArray(complex)) {
        if (complex.length === 0) complex.push({});
        complex = complex.find((element) => member(element, sub) !== undefined) ?? complex[0];
      }
      put(through(complex), place(complex, sub), value);
    } else {
      let list = slot(holder, attribute, () => []);
      if (isObject(list)) list = holder[place(holder, attribute)] = [list];
      if (!Array.isArray(list)) through(list);
      let at = list.findIndex((element) => matches(element, filter));
      if (at < 0) at = list.push(Object.fromEntries(filter.map((one) => [one.attribute, made(one)]))) - 1;
      if (sub === undefined) put(list, at, value);
      else put(through(list[at]), place(list[at], sub), value);
    }
    return this;
  }

  /** The resource as a JSON value. */
  toJSON() {
    return this.members;
  }

  /** The resource as a JSON text: the bytes it came from if nothing was changed. */
  toText() {
    const changed = this.#lent && JSON.stringify(this.#members) !== JSON.stringify(JSON.parse(this.#text ?? 'null'));
    return this.#text === undefined || changed ? JSON.stringify(this.#members) : this.#text;
  }
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isComplex(value) {
  return typeof value === 'object' && value !== null;
}

/** Puts a value in its place; a simple value over a complex one becomes its `value`. */
function put(holder, key, value) {
  const there = Object.hasOwn(holder, key) ? holder[key] : undefined;
  if (isComplex(value) || !isComplex(there)) holder[key] = value;
  else if (isObject(there)) there[place(there, 'value')] = value;
  else if (isObject(there[0])) there[0][place(there[0], 'value')] = value;
  else if (there.length > 0) there[0] = value;
  else there.push({ value });
}

/** The key of the member of this name, without case; the name itself where there is none. */
function place(members, name) {
  if (Object.hasOwn(members, name)) return name;
  return Object.keys(members).find((key) => same(key, name)) ?? name;
}

/** The member of this name, without case; undefined for `null`. */
function member(members, name) {
  if (!isObject(members)) return undefined;
  const key = place(members, name);
  return Object.hasOwn(members, key) ? (members[key] ?? undefined) : undefined;
}

/** What the member of this name holds, made if it is missing or `null`. */
function slot(members, name, make) {
  const key = place(members, name);
  const there = Object.hasOwn(members, key) ? members[key] : undefined;
  return there ?? (members[key] = make());
}

/** A multi-valued attribute's elements; a single complex value counts as one. */
function elements(value) {
  return Array.isArray(value) ? value : [value];
}

function matches(element, filter) {
  return filter.every(({ attribute, literal }) => {
    const value = member(element, attribute);
    return value !== undefined && equals(literal, value);
  });
}

/** The simple value that a value stands for. */
function simple(value) {
  if (Array.isArray(value)) {
    for (const element of value) {
      const found = Array.isArray(element) ? undefined : simple(element);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isObject(value)) return value ?? undefined;
  const inner = member(value, 'value');
  return isComplex(inner) ? undefined : inner;
}
