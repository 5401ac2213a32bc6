// What the host adds to a call beside its documents.

import { InputError } from './errors.js';
import { Target } from './target.js';

/** The `facts` of a call. Which ones a call has is said in the contract; every one may be absent, and later hosts add more. */
export class Facts {
  #facts;

  constructor(facts = {}) {
    this.#facts = facts;
  }

  /** A fact by its name in the contract; undefined where it is absent or `null`. */
  get(name) {
    return Object.hasOwn(this.#facts, name) ? (this.#facts[name] ?? undefined) : undefined;
  }

  /** The role that a user gets in CXone when none is named; undefined where the tenant has no such role, or for a look-up. */
  get defaultRole() {
    const role = this.get('defaultRole');
    return typeof role === 'string' && role !== '' ? role : undefined;
  }

  /** What CXone last accepted of this user; undefined for somebody who was never written there. */
  get accepted() {
    const accepted = this.get('accepted');
    if (accepted === undefined) return undefined;
    if (typeof accepted !== 'object' || Array.isArray(accepted)) {
      throw new InputError('the fact `accepted` is not a JSON object');
    }
    return new Target(accepted);
  }
}
