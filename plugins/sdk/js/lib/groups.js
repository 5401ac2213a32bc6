// The groups that a user is a member of.

/** A group that the user is a member of. */
export class Group {
  constructor({ id, externalId, displayName }) {
    this.id = id;
    this.externalId = externalId ?? undefined;
    this.displayName = displayName ?? '';
    Object.freeze(this);
  }

  /** Whether settings mean this group: by display name, without case, or by external id or id, exactly. */
  is(nameOrId) {
    const named = this.displayName !== '' && this.displayName.toLowerCase() === String(nameOrId).toLowerCase();
    return named || this.externalId === nameOrId || this.id === nameOrId;
  }
}

/** The groups that the user is a member of, in the host's order. */
export class Groups {
  #groups;

  constructor(groups = []) {
    this.#groups = groups.map((group) => new Group(group));
  }

  get length() {
    return this.#groups.length;
  }

  /** Whether the user is a member of none. */
  get isEmpty() {
    return this.#groups.length === 0;
  }

  /** The group that settings mean by this name or id, if the user is a member. */
  find(nameOrId) {
    return this.#groups.find((group) => group.is(nameOrId));
  }

  /** Whether the user is a member of the group that settings mean by this name or id. */
  contains(nameOrId) {
    return this.find(nameOrId) !== undefined;
  }

  [Symbol.iterator]() {
    return this.#groups[Symbol.iterator]();
  }
}
