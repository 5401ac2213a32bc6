import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Decision, SettingsError, plugin } from '../index.js';
import { run } from '../testing.js';

const schema = {
  type: 'object',
  required: ['skills'],
  properties: {
    skills: { type: 'object', additionalProperties: { type: 'string' } },
    mode: { enum: ['keep', 'drop'], default: 'keep' },
    levels: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 9 }, maxItems: 2, uniqueItems: true },
    name: { type: ['string', 'null'], minLength: 2, pattern: '^[a-z]+$' },
    limits: { type: 'object', properties: { days: { type: 'number', default: 30 } } },
    where: { anyOf: [{ type: 'boolean' }, { $ref: '#/$defs/names' }] },
  },
  $defs: { names: { type: 'array', items: { type: 'string' } } },
};

/** A plugin that shows its settings as a warning. */
const show = (more) => plugin({ decide: ({ settings }) => Decision.allow().warn(JSON.stringify(settings)), ...more });

function error(settings, more = { settings: schema }) {
  return run(show(more), 'decide', { settings }).output.error;
}

test('defaults are filled in, also below', () => {
  const { output } = run(show({ settings: schema }), 'decide', { settings: { skills: {}, limits: {} } });
  assert.deepEqual(JSON.parse(output.warnings[0]), { skills: {}, mode: 'keep', limits: { days: 30 } });
});

for (const [settings, said] of [
  [{}, 'settings: missing field `skills`'],
  [{ skills: {}, skils: {} }, 'settings: unknown field `skils`, expected one of `skills`, `mode`, `levels`, `name`, `limits`, `where`'],
  [{ skills: { voice: 1 } }, 'settings.skills.voice: invalid type, expected a string'],
  [{ skills: { 'a b': 1 } }, 'settings.skills["a b"]: invalid type, expected a string'],
  [{ skills: [] }, 'settings.skills: invalid type, expected a table'],
  [{ skills: {}, mode: 'Secret' }, 'settings.mode: unknown variant, expected `keep` or `drop`'],
  [{ skills: {}, levels: [1, 10] }, 'settings.levels[1]: must be at most 9'],
  [{ skills: {}, levels: [1.5] }, 'settings.levels[0]: invalid type, expected a whole number'],
  [{ skills: {}, levels: [1, 1] }, 'settings.levels: must not name anything twice'],
  [{ skills: {}, levels: [1, 2, 3] }, 'settings.levels: must have at most 2 items'],
  [{ skills: {}, name: 'x' }, 'settings.name: must have at least 2 characters'],
  [{ skills: {}, name: 'X1' }, 'settings.name: must match ^[a-z]+$'],
  [{ skills: {}, where: [1] }, 'settings.where: invalid type, expected true or false, or settings.where[0]: invalid type, expected a string'],
]) {
  test(`refused: ${said}`, () => assert.deepEqual(error(settings), { code: 'settings', message: said }));
}

test('what is allowed passes', () => {
  assert.equal(error({ skills: {}, name: null, where: ['a'], levels: [1, 2], mode: 'drop' }), undefined);
});

test('a schema is inferred from defaults: every key optional, no others', () => {
  const inferred = { defaults: { domain: '@example.com', days: 3, ratio: 0.5, on: true, names: ['a'], table: {} } };
  const { output } = run(show(inferred), 'describe');
  assert.equal(output.settings.properties.days.type, 'integer');
  assert.deepEqual(output.settings.properties.names, { type: 'array', items: { type: 'string' }, default: ['a'] });
  assert.deepEqual(JSON.parse(run(show(inferred), 'decide').output.warnings[0]), inferred.defaults);
  assert.equal(error({ days: 'x' }, inferred).message, 'settings.days: invalid type, expected a whole number');
  assert.match(error({ day: 1 }, inferred).message, /unknown field `day`, expected one of `domain`, /);
});

test('without settings there are none', () => {
  assert.equal(error({ a: 1 }, {}).message, 'settings: unknown field `a`, there are no fields');
  assert.deepEqual(run(show({}), 'describe').output.settings.additionalProperties, false);
});

test('validate says what a schema cannot', () => {
  const validate = ({ domain }) => (domain.startsWith('@') ? undefined : '`domain` must start with @');
  const defaults = { domain: '@example.com' };
  assert.deepEqual(error({ domain: 'x' }, { defaults, validate }), { code: 'settings', message: 'settings: `domain` must start with @' });
  assert.equal(error({ domain: '@x' }, { defaults, validate }), undefined);
  const throwing = () => {
    throw new SettingsError('no', { attribute: 'team' });
  };
  assert.deepEqual(error({}, { defaults, validate: throwing }), { code: 'settings', message: 'no', attribute: 'team' });
});

test('a table that is asked for what objects inherit has none', () => {
  const asks = plugin({
    settings: schema,
    decide: ({ settings }) => Decision.allow().warn(String(settings.skills.constructor)),
  });
  assert.deepEqual(run(asks, 'decide', { settings: { skills: {} } }).output.warnings, ['undefined']);
});
