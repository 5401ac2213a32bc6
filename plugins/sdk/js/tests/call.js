// One call: what authors see, what they may answer, what becomes of what they throw; natively and as a component exports it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Choice, Decision, InputError, PluginError, directory, log, plugin } from '../index.js';
import { component } from '../component.js';
import { run } from '../testing.js';

const rules = (decide) => plugin({ decide });
const decide = (answer, given) => run(rules(answer), 'decide', given);

test('a call sees its input', () => {
  let seen;
  decide((input) => ((seen = input), Decision.allow()), { source: { userName: 'ada@example.com' }, held: { team: 'Voice' }, groups: ['Staff'] });
  assert.deepEqual([seen.connection, seen.idp, seen.operation, seen.moment], ['test', 'generic', 'create', '2026-01-01T00:00:00Z']);
  assert.equal(seen.source.str('userName'), 'ada@example.com');
  assert.deepEqual([seen.held.team, seen.sourceBefore, seen.target.team], ['Voice', undefined, undefined]);
  assert.deepEqual([seen.groups.contains('staff'), seen.facts.defaultRole], [true, undefined]);
});

test('each verdict is answered as case files write it', () => {
  for (const [decision, output] of [
    [Decision.allow().warn('w'), { verdict: 'allow', warnings: ['w'] }],
    [Decision.amend({ team: 'Voice' }), { verdict: 'amend', target: { team: 'Voice' }, warnings: [] }],
    [Decision.defer('waits').attribute('group'), { verdict: 'defer', detail: 'waits', attribute: 'group', warnings: [] }],
    [
      Decision.deny('team', 'no').status(403).scimType('invalidValue').fix('do'),
      { verdict: 'deny', status: 403, detail: 'no', attribute: 'team', fix: 'do', scimType: 'invalidValue', warnings: [] },
    ],
    [Decision.allow().status(403).fix('x').attribute('team'), { verdict: 'allow', warnings: [] }],
  ]) {
    assert.deepEqual(decide(() => decision).output, output);
  }
  assert.equal(Decision.deny('team', 'no').denial.status, 400);
  assert.throws(() => Decision.deny('team', 'no').status(200), RangeError);
  assert.throws(() => Decision.deny('team'), TypeError);
});

test('a mapper answers a target or a plain object, and a source as it was', () => {
  const mapper = plugin({ toTarget: ({ draft }) => ({ ...draft.toJSON(), role: 'Agent' }) });
  assert.deepEqual(run(mapper, 'to-target', { draft: { team: 'Voice' } }).output, { target: { team: 'Voice', role: 'Agent' } });
  const remembered = { userName: 'ada@example.com' };
  assert.deepEqual(run(mapper, 'to-source', { remembered }).output, { source: remembered });
  assert.deepEqual(run(mapper, 'to-source', { remembered, draft: { a: 1 } }).output, { source: { a: 1 } });
});

test("what the plugin throws is the contract's error", () => {
  const thrown = (error) => decide(() => { throw error; }); // prettier-ignore
  const input = thrown(new InputError('no such thing', { attribute: 'team' }));
  assert.deepEqual(input, { output: { error: { code: 'input', message: 'no such thing', attribute: 'team' } }, log: [] });
  assert.equal(thrown(new PluginError('internal', 'm')).output.error.code, 'internal');
  const { output, log: lines } = thrown(new RangeError('of my own'));
  assert.equal(output.error.code, 'internal');
  assert.equal(output.error.message, 'RangeError: of my own', "the SDK's own files are not named");
  assert.deepEqual(lines, [`error: ${output.error.message}`]);
  assert.equal(thrown('a text').output.error.message, 'threw a text');
});

for (const [what, answer, said] of [
  ['nothing', () => undefined, 'decide must return `Decision.allow` or another `Decision`, it returned undefined'],
  ['another object', () => ({ verdict: 'allow' }), 'decide must return `Decision.allow` or another `Decision`, it returned object'],
  ['a promise', async () => Decision.allow(), 'decide answered a promise: a plugin cannot wait, leave out `async`'],
]) {
  test(`answering ${what} is an error`, () => {
    const { error } = decide(answer).output;
    assert.equal(error.code, 'internal');
    assert.ok(error.message.includes(said), error.message);
  });
}

test('a document that is none is an error without its text', () => {
  const { rules: exported } = component(rules(({ source }) => Decision.allow().warn(source.str('a'))), { log: { write() {} } });
  const common = { connection: '', idp: '', settings: '{}', facts: '{}', target: '{}', groups: [] };
  for (const source of ['{"a":"Secret"', '"Secret"', '["Secret"]']) {
    assert.throws(
      () => exported.decide({ ...common, source }),
      (error) => error.code === 'input' && !error.message.includes('Secret'),
    );
  }
});

test('there is no clock, no randomness, no waiting and no network, during a call only', () => {
  for (const [attempt, said] of [
    [() => Date.now(), 'input.moment'],
    [() => new Date(), 'input.moment'],
    [() => performance.now(), 'input.moment'],
    [() => Math.random(), 'randomness'],
    [() => crypto.randomUUID(), 'randomness'],
    [() => setTimeout(() => {}, 1), 'wait'],
    [() => fetch('http://127.0.0.1'), 'network'],
  ]) {
    const { error } = decide(attempt).output;
    assert.equal(error.code, 'internal');
    assert.ok(error.message.includes(said), error.message);
  }
  const given = decide(({ moment }) => Decision.allow().warn(new Date(moment).toISOString()));
  assert.deepEqual(given.output.warnings, ['2026-01-01T00:00:00.000Z']);
  assert.ok(Date.now() > 0 && Math.random() >= 0 && performance.now() > 0 && crypto.randomUUID());
});

for (const [name, attempt, said] of [
  ['Intl', () => new Intl.Collator(), 'ReferenceError: Intl is not defined (a component has none)'],
  ['process', () => process.env.HOME, 'ReferenceError: process is not defined (a component has none)'],
  ['Buffer', () => Buffer.from('a'), 'ReferenceError: Buffer is not defined (a component has none)'],
  ['normalize', () => 'a'.normalize(), 'has no Intl, so `normalize` is refused'],
  ['localeCompare', () => 'a'.localeCompare('b'), '`localeCompare` is refused: compare by `<`'],
  ['toLocaleUpperCase', () => 'a'.toLocaleUpperCase('tr'), 'take `toUpperCase`'],
  ['toLocaleLowerCase', () => 'a'.toLocaleLowerCase(), 'take `toLowerCase`'],
  ['toLocaleString of a number', () => [1].toLocaleString(), 'take `String`'],
  ['toLocaleString of a date', ({ moment }) => new Date(moment).toLocaleString(), 'take `toISOString`'],
]) {
  test(`${name} is not there, as in a component, during a call only`, () => {
    const { error } = decide(attempt).output;
    assert.equal(error.code, 'internal');
    assert.ok(error.message.includes(said), error.message);
    assert.equal(typeof Intl, 'object');
    assert.ok(process.pid > 0 && Buffer.from('a').length === 1 && 'a'.localeCompare('b') < 0 && 'a'.normalize() === 'a');
  });
}

test('names that the author misspelt are told as they are', () => {
  assert.equal(decide(() => nothing.there).output.error.message, 'ReferenceError: nothing is not defined');
});

test('the directory looks up as the host does, and a mapper has none', () => {
  const given = { directory: { roles: ['Agent', { id: 'Agent', name: 'Other', status: 'DRAFT' }], teams: ['Süd'], templates: ['T'] } };
  const told = decide(() => {
    const role = directory.findRole('Agent');
    const facts = [role.name, role.isActive, directory.findRole('agent').name, directory.findTeam('sÜd')?.id, directory.findTeam('x')];
    const rest = [directory.templates(), directory.defaultRole(), directory.version(), directory.findLoginAuthenticator('x')];
    return Decision.allow().warn(JSON.stringify([...facts, ...rest, directory.roles().length, directory.teams().length]));
  }, given);
  assert.deepEqual(JSON.parse(told.output.warnings[0]), ['Other', false, 'Agent', '1', null, ['T'], 'Agent', '1', null, 2, 1]);
  const mapper = plugin({ toTarget: () => directory.roles() });
  assert.match(run(mapper, 'to-target', given).output.error.message, /there is no directory here/);
});

test('lines are logged with their levels', () => {
  const { log: lines } = decide(() => {
    for (const level of ['debug', 'info', 'warn', 'error']) log[level](`a ${level}`);
    log.write('info', 1);
    return Decision.allow();
  });
  assert.deepEqual(lines, ['debug: a debug', 'info: a info', 'warn: a warn', 'error: a error', 'info: 1']);
  assert.match(decide(() => log.write('fatal', 'x')).output.error.message, /one of debug, info, warn, error/);
});

test("a component's exports are the contract's", () => {
  const lines = [];
  const all = plugin({
    toTarget: ({ draft }) => draft.set('team', 'Voice'),
    choose: () => Choice.none('no rule'),
    decide: ({ target }) => (target.team ? Decision.deny('team', 'no') : Decision.amend(target)),
    takes: ['userName'],
  });
  const imports = { log: { write: (level, text) => lines.push([level, text]) }, directory: {} };
  const made = component(all, imports, { name: 'all', version: '1.2.3', description: 'd' });
  const { name, version, takes } = JSON.parse(made.about.describe());
  assert.deepEqual([name, version, takes], ['all', '1.2.3', ['userName']]);
  const common = { connection: '', idp: '', settings: '{}', facts: '{}' };
  assert.equal(made.mapper.toTarget({ ...common, source: '{}', draft: '{}', groups: [] }), '{"team":"Voice"}');
  assert.equal(made.mapper.toSource({ ...common, target: '{}', draft: '{}', remembered: '{ "a":1}' }), '{ "a":1}');
  const occasion = { ...common, operation: 'create', moment: '', source: '{}', groups: [] };
  assert.deepEqual(made.templateChooser.choose({ ...occasion, target: '{}' }), { template: undefined, reason: 'no rule', facts: '{}' });
  assert.deepEqual(made.rules.decide({ ...occasion, target: '{}' }), { verdict: { tag: 'amend', val: '{}' }, warnings: [], facts: '{}' });
  const denied = { status: 400, detail: 'no', attribute: 'team', fix: '' };
  assert.deepEqual(made.rules.decide({ ...occasion, target: '{"team":"x"}' }).verdict, { tag: 'deny', val: denied });
  assert.throws(() => made.rules.decide({ ...occasion, target: '{}', settings: '{"a":1}' }), { code: 'settings', facts: '{}' });
  assert.deepEqual(lines, []);
  const looks = plugin({ toTarget: () => directory.version(), decide: () => Decision.allow().warn(directory.version()) });
  const both = component(looks, { ...imports, directory: { version: () => '7' } });
  assert.deepEqual(both.rules.decide({ ...occasion, target: '{}' }).warnings, ['7']);
  const denies = ({ message }) => message.includes('there is no directory here');
  assert.throws(() => both.mapper.toTarget({ ...common, source: '{}', draft: '{}', groups: [] }), denies, 'also beside rules');
});

for (const [options, said] of [
  [{}, 'give `toTarget`, `choose` or `decide`'],
  [{ decide() {}, desciption: '' }, 'unknown `desciption`, expected one of name, '],
  [{ decide: true }, '`decide` must be a function'],
  [{ toSource() {} }, '`toSource` needs `toTarget`'],
  [{ decide() {}, settings: {}, defaults: {} }, 'not both'],
  [{ decide() {}, settings: { type: 'array' } }, 'the settings are an object'],
  [{ toTarget() {}, takes: ['emails['] }, '`emails[` is not an attribute path'],
  [{ decide() {}, name: 1 }, '`name` must be a string'],
]) {
  test(`no plugin: ${said}`, () => {
    assert.throws(
      () => plugin(options),
      ({ message }) => message.includes(said),
    );
  });
}
