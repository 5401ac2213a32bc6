// The user as CXone should hold it.

import { InputError } from './errors.js';

/** The members that are texts, in the order in which a target is written. */
const TEXTS = [
  'userName',
  'givenName',
  'middleName',
  'familyName',
  'displayName',
  'email',
  'mobileNumber',
  'timeZone',
  'userType',
  'role',
  'team',
  'loginAuthenticator',
  'externalIdentity',
];
const LISTS = ['secondaryRoles', 'applicationAttributes'];

/** What a misspelt member is answered with. */
function unknown(name) {
  const names = [...TEXTS, 'active', ...LISTS].map((one) => `\`${one}\``).join(', ');
  return new TypeError(`unknown target attribute \`${String(name)}\`, expected one of ${names}`);
}

function known(name) {
  return TEXTS.includes(name) || name === 'active' || LISTS.includes(name);
}

/** What is wrong with a value for a member; undefined for nothing. `null` and undefined are no opinion. */
function complaint(name, value) {
  if (value === undefined || value === null) return undefined;
  if (name === 'active') return typeof value === 'boolean' ? undefined : '`active` must be true or false';
  if (TEXTS.includes(name)) return typeof value === 'string' ? undefined : `\`${name}\` must be a string`;
  const texts = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return texts ? undefined : `\`${name}\` must be a list of strings`;
}

/**
 * The user as CXone should hold it: flat, every member optional. An absent member is one without opinion. Members are
 * properties: `target.role`, `target.team = 'Voice'`; `undefined` takes an opinion back.
 */
export class Target {
  #members = {};

  constructor(members = {}) {
    for (const [name, value] of Object.entries(members)) {
      const wrong = known(name) ? complaint(name, value) : undefined;
      if (wrong) throw new InputError(wrong);
      if (!known(name) || (value !== null && value !== undefined)) this.#members[name] = value;
    }
  }

  /** A member by its name; undefined where there is none. */
  get(name) {
    const value = Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
    if (!LISTS.includes(name)) return value;
    return Object.freeze([...(value ?? [])]);
  }

  /** Sets a member. `undefined`, `null` and an empty list take the opinion back. */
  set(name, value) {
    if (!known(name)) throw unknown(name);
    const wrong = complaint(name, value);
    if (wrong) throw new TypeError(wrong);
    const none = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    if (none) delete this.#members[name];
    else this.#members[name] = Array.isArray(value) ? [...value] : value;
    return this;
  }

  /** Takes back the opinion on a member. */
  clear(name) {
    return this.set(name, undefined);
  }

  /** Whether a member is there. */
  has(name) {
    return Object.hasOwn(this.#members, name);
  }

  /** The target as a JSON value, members in the contract's order, then those of later versions. */
  toJSON() {
    const ordered = [...TEXTS, 'active'].filter((name) => this.has(name));
    const others = Object.keys(this.#members).filter((name) => !ordered.includes(name));
    return Object.fromEntries([...ordered, ...others].map((name) => [name, this.#members[name]]));
  }
}

for (const name of [...TEXTS, 'active', ...LISTS]) {
  Object.defineProperty(Target.prototype, name, {
    enumerable: true,
    get() {
      return this.get(name);
    },
    set(value) {
      this.set(name, value);
    },
  });
}

// A misspelt member is an error and no silent loss: what is neither the target's own nor above is assigned through this.
const others = new Proxy(Object.prototype, {
  set(_, name) {
    throw unknown(name);
  },
});
Object.setPrototypeOf(Target.prototype, others);
