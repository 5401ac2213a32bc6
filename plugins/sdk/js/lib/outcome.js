// What choosers and rules answer.

import { Target } from './target.js';

function text(value, what) {
  if (typeof value !== 'string') throw new TypeError(`${what} must be a string`);
  return value;
}

/** A rule's answer: `Decision.allow()`, `amend`, `defer` or `deny`, with `warn` and the like behind it. */
export class Decision {
  #verdict;
  #warnings = [];

  constructor(verdict) {
    this.#verdict = verdict;
  }

  /** The write goes through. */
  static allow() {
    return new Decision({ verdict: 'allow' });
  }

  /** The write goes through with this target instead. */
  static amend(target) {
    if (target === null || typeof target !== 'object') throw new TypeError('what is amended must be a target');
    const taken = target instanceof Target ? target : new Target(target);
    return new Decision({ verdict: 'amend', target: taken });
  }

  /** The write waits for what `detail` says. */
  static defer(detail) {
    return new Decision({ verdict: 'defer', detail: text(detail, 'the detail of a deferral') });
  }

  /** The write is refused: status 400 and no scimType unless said otherwise. Say what to do by `fix`. */
  static deny(attribute, detail) {
    return new Decision({
      verdict: 'deny',
      status: 400,
      detail: text(detail, 'the detail of a denial'),
      attribute: text(attribute, 'the attribute of a denial'),
      fix: '',
    });
  }

  /** Adds a remark for the operator; it must not hold values of the person. */
  warn(warning) {
    this.#warnings.push(text(warning, 'a warning'));
    return this;
  }

  /** A denial's HTTP status, 400 to 499. Does nothing to other verdicts. */
  status(status) {
    if (!Number.isInteger(status) || status < 400 || status > 499) {
      throw new RangeError('the status of a denial is one of 400 to 499');
    }
    return this.#set('deny', 'status', status);
  }

  /** A denial's scimType. Does nothing to other verdicts. */
  scimType(scimType) {
    return this.#set('deny', 'scimType', text(scimType, 'the scimType of a denial'));
  }

  /** What to do about a denial. Does nothing to other verdicts. */
  fix(fix) {
    return this.#set('deny', 'fix', text(fix, 'the fix of a denial'));
  }

  /** The attribute or group that a deferral or denial concerns. Does nothing to other verdicts. */
  attribute(name) {
    this.#set('deny', 'attribute', text(name, 'the attribute concerned'));
    return this.#set('defer', 'attribute', name);
  }

  #set(verdict, member, value) {
    if (this.#verdict.verdict === verdict) this.#verdict[member] = value;
    return this;
  }

  /** The denial, if it is one. */
  get denial() {
    const { verdict, ...denial } = this.#verdict;
    return verdict === 'deny' ? denial : undefined;
  }

  /** The answer as case files write it. */
  toJSON() {
    return { ...this.#verdict, warnings: [...this.#warnings] };
  }
}

/** A template chooser's answer. */
export class Choice {
  constructor(template, reason) {
    this.template = template;
    this.reason = text(reason, 'the reason of a choice');
    Object.freeze(this);
  }

  /** This template. */
  static template(name, reason) {
    return new Choice(text(name, "a template's name"), reason);
  }

  /** No template. */
  static none(reason) {
    return new Choice(null, reason);
  }
}
