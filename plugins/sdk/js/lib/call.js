// One call of a plugin, with the very texts that cross the component's boundary: the component's exports and the native tests
// both come through here.

import { EXPORTS } from './definition.js';
import { InputError, PluginError, SettingsError } from './errors.js';
import { Facts } from './facts.js';
import { Groups } from './groups.js';
import { host } from './host.js';
import { error as logError } from './log.js';
import { Choice, Decision } from './outcome.js';
import { complaint, filled } from './schema.js';
import { Source } from './source.js';
import { explain } from './stack.js';
import { Target } from './target.js';

const RECORD = Symbol('record');
const PARSED = Symbol('parsed');

/** A document of the input, parsed when it is first looked at: who never asks never pays. */
function document(input, name, parse) {
  const text = input[RECORD][name] ?? undefined;
  return text === undefined ? undefined : (input[PARSED][name] ??= parse(text));
}

/** What every function is given. */
class Input {
  constructor(record, settings) {
    this[RECORD] = record;
    this[PARSED] = {};
    this.connection = record.connection;
    this.idp = record.idp;
    this.settings = settings;
  }

  get facts() {
    return document(this, 'facts', facts);
  }

  get target() {
    return document(this, 'target', target);
  }

  get remembered() {
    return document(this, 'remembered', source);
  }
}

/** What `toTarget` works on. */
class Forward extends Input {
  get source() {
    return document(this, 'source', source);
  }

  get draft() {
    return document(this, 'draft', target);
  }

  get groups() {
    return (this[PARSED].groups ??= new Groups(this[RECORD].groups));
  }
}

/** What `toSource` works on. */
class Backward extends Input {
  get draft() {
    return document(this, 'draft', source);
  }

  /** What to start from: the source so far or, where there is none yet, the remembered one. */
  start() {
    return this.remembered !== undefined && this.draft.isEmpty ? this.remembered : this.draft;
  }
}

/** What `choose` and `decide` see. */
class Occasion extends Forward {
  constructor(record, settings) {
    super(record, settings);
    this.operation = record.operation;
    this.moment = record.moment;
  }

  get sourceBefore() {
    return document(this, 'sourceBefore', source);
  }

  get held() {
    return document(this, 'held', target);
  }
}

const INPUTS = { 'to-target': Forward, 'to-source': Backward, choose: Occasion, decide: Occasion };

const source = (text) => new Source(object(text), text);
const target = (text) => new Target(object(text));
const facts = (text) => new Facts(object(text));

/**
 * Calls one export. `record` is the contract's record: camelCase, documents as texts, what is absent undefined or null.
 *
 * Answers a document's text (`to-target`, `to-source`), a `Choice` or a `Decision`. Throws the contract's `plugin-error`, a
 * plain object: whatever else was thrown is logged with its place and becomes `internal`.
 */
export function call(definition, name, record, directory) {
  const { kind } = EXPORTS[name];
  const before = host.directory;
  // A mapper's answer must not hang on what is not in its input.
  host.directory = kind === 'mapper' ? undefined : directory;
  try {
    const input = new INPUTS[name](record, readSettings(definition, record.settings));
    const answered = run(definition, name, input);
    return ANSWERS[name](answered);
  } catch (error) {
    throw failure(error);
  } finally {
    host.directory = before;
  }
}

function run(definition, name, input) {
  const run = definition[EXPORTS[name].name];
  if (!run) return input.start();
  const answered = run(input);
  if (typeof answered?.then === 'function') {
    throw new TypeError(`${EXPORTS[name].name} answered a promise: a plugin cannot wait, leave out \`async\``);
  }
  return answered;
}

/** Reads and checks a plugin's settings. */
function readSettings(definition, text) {
  const settings = filled(definition.schema, object(text));
  const wrong = complaint(definition.schema, settings);
  if (wrong) throw new SettingsError(wrong);
  const said = definition.validate?.(settings);
  if (typeof said === 'string') throw new SettingsError(`settings: ${said}`);
  return settings;
}

/** A JSON object. The engine's own message is left out: it may quote the text, which holds values of the person. */
function object(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError('the document is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InputError('the document is not a JSON object');
  }
  return value;
}

/** What each export's answer becomes. A plain object passes as a document too; the host judges it. */
const ANSWERS = {
  'to-target': (target) => JSON.stringify(anObject(target, 'toTarget', 'the target')),
  'to-source': (source) => (source instanceof Source ? source.toText() : JSON.stringify(anObject(source, 'toSource', 'the source'))),
  choose: (choice) => answer(choice, Choice, 'choose', '`Choice.template` or `Choice.none`'),
  decide: (decision) => answer(decision, Decision, 'decide', '`Decision.allow` or another `Decision`'),
};

function anObject(value, name, what) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(`${name} must return ${what}, it returned ${value === null ? 'null' : typeof value}`);
}

function answer(value, type, name, what) {
  if (value instanceof type) return value;
  throw new TypeError(`${name} must return ${what}, it returned ${value === null ? 'null' : typeof value}`);
}

/** The contract's `plugin-error` for what was thrown. */
function failure(error) {
  if (error instanceof PluginError) {
    return { code: error.code, message: error.message, attribute: error.attribute, facts: '{}' };
  }
  const message = explain(error);
  logError(message);
  return { code: 'internal', message, attribute: undefined, facts: '{}' };
}
