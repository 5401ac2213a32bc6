// What a plugin throws when it cannot do its work.

/**
 * A plugin's failure. It is no decision: to refuse a user, answer `Decision.deny`. The host answers the write with 503 and logs
 * the message, which must not hold values of the person.
 */
export class PluginError extends Error {
  /**
   * @param {string} code `settings`, `input` or `internal`
   * @param {string} message
   * @param {{ attribute?: string }} [more]
   */
  constructor(code, message, { attribute } = {}) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.attribute = attribute;
  }
}

/** The settings make no sense. */
export class SettingsError extends PluginError {
  constructor(message, more) {
    super('settings', message, more);
  }
}

/** The input cannot be handled. */
export class InputError extends PluginError {
  constructor(message, more) {
    super('input', message, more);
  }
}
