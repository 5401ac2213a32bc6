// The runner as authors use it: node's own, in a process of its own.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SDK = fileURLToPath(new URL('..', import.meta.url));
const PLUGIN = `
import { Decision, log, plugin } from '../sdk/index.js';
export default plugin({
  decide({ target }) {
    if (target.team === 'Bug') return target.nothing.there;
    if (target.team === 'Midnight' && new Date('2026-01-01T00:00:00Z').getHours() === 0) return Decision.defer('a day');
    if (target.team === 'Leads') log.warn('a team of leads');
    return target.team === 'Leads' ? Decision.deny('team', 'no') : Decision.allow();
  },
});`;
const TEST = `
import { cases } from '../sdk/testing.js';
import plugin from '../src/plugin.js';
cases(import.meta.url, plugin);`;

const made = [];
after(() => made.forEach((folder) => rmSync(folder, { recursive: true })));

/** Runs a plugin's tests with these case files; answers exit code and report. */
function run(files, script = TEST) {
  const root = mkdtempSync(join(tmpdir(), 'jackfield-js-'));
  made.push(root);
  for (const folder of ['src', 'test', 'cases']) mkdirSync(join(root, folder));
  symlinkSync(SDK, join(root, 'sdk'));
  writeFileSync(join(root, 'package.json'), '{ "name": "p", "type": "module" }');
  writeFileSync(join(root, 'src/plugin.js'), PLUGIN);
  writeFileSync(join(root, 'test/cases.test.js'), script);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(root, 'cases', name), typeof content === 'string' ? content : JSON.stringify({ cases: content }));
  }
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const ran = spawnSync(process.execPath, ['--test', '--test-reporter=tap', 'test/cases.test.js'], { cwd: root, env: { ...env, TZ: 'Asia/Tokyo' }, encoding: 'utf8' });
  return { code: ran.status, report: ran.stdout + ran.stderr };
}

const good = { name: 'another team', given: { target: { team: 'Voice' } }, expect: { verdict: 'allow' } };

test('cases that hold pass, each a test of its own', () => {
  const leads = {
    name: 'leads',
    given: { target: { team: 'Leads' } },
    expect: { verdict: 'deny', attribute: 'team', log: ['warn: a team of leads'] },
  };
  const { code, report } = run({ 'a.json': [good], 'b.json': [leads] });
  assert.equal(code, 0, report);
  assert.match(report, /ok \d+ - cases\/a\.json: another team/);
  assert.match(report, /# pass 2/);
});

test('local time is that of a component', () => {
  const { code, report } = run({ 'a.json': [{ name: 'midnight', given: { target: { team: 'Midnight' } }, expect: { verdict: 'defer' } }] });
  assert.equal(code, 0, report);
});

test('a case that does not hold fails with file, case, member, what was expected and what came', () => {
  const wrong = { name: 'wrong', given: { target: { team: 'Leads' } }, expect: { verdict: 'deny', attribute: 'role', log: [] } };
  const { code, report } = run({ 'a.json': [good, wrong] });
  assert.equal(code, 1);
  assert.match(report, /not ok \d+ - cases\/a\.json: wrong/);
  for (const said of [
    'cases/a.json: case `wrong` (decide):',
    'attribute: expected "role", got "team"',
    'log: expected [], got ["warn: a team of leads"]',
  ]) {
    assert.ok(report.replaceAll('\\', '').includes(said), `${report}\nsays nothing of ${said}`);
  }
  assert.match(report, /# pass 1/);
});

test('an error of the plugin fails with its message, file and line', () => {
  const bug = { name: 'bug', given: { target: { team: 'Bug' } }, expect: { verdict: 'allow' } };
  const { code, report } = run({ 'a.json': [bug] });
  assert.equal(code, 1);
  assert.match(report.replaceAll('\\', ''), /TypeError: .*there.* at .*decide \(src\/plugin\.js:5\)"/, 'and no more frames');
});

test('a file that says what it may not fails, naming file and case; the others run', () => {
  const empty = { name: 'nothing expected', expect: {} };
  const { code, report } = run({ 'a.json': [good], 'b.json': [empty], 'c.json': '{' });
  assert.equal(code, 1);
  assert.match(report, /cases\/b\.json: case `nothing expected`: `expect` must/);
  assert.match(report, /cases\/c\.json: is not JSON/);
  assert.match(report, /# pass 1/);
  assert.match(report, /# fail 2/);
});

test('a case that expects an ending is skipped and says why', () => {
  const ending = { name: 'too long', expect: { ending: { kind: 'limit' } } };
  const { code, report } = run({ 'a.json': [ending] });
  assert.equal(code, 0, report);
  assert.match(report, /cases\/a\.json: too long # SKIP expects an ending, which only the host can tell/);
});

test('no case files are a failure', () => {
  const { code, report } = run({});
  assert.equal(code, 1);
  assert.match(report, /cases: there is no \*\.json with cases/);
});

test('the tables of another directory are run where the test says so', () => {
  const { code, report } = run({ 'a.json': [good] }, TEST.replace('plugin);', "plugin, { dir: 'tables' });"));
  assert.equal(code, 1);
  assert.match(report, /tables: there is no \*\.json with cases/);
});

test('tests written by hand call an export, and see errors with the places that are the plugin\'s', () => {
  const script = `
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../sdk/testing.js';
import plugin from '../src/plugin.js';
test('by hand', () => {
  assert.deepEqual(run(plugin, 'decide', { target: { team: 'Voice' } }), { output: { verdict: 'allow', warnings: [] }, log: [] });
  const { message } = run(plugin, 'decide', { target: { team: 'Bug' } }).output.error;
  assert.ok(message.endsWith('decide (src/plugin.js:5)'), message);
  assert.throws(() => run(plugin, 'decide', { tarket: {} }), /unknown member \`tarket\`/);
});`;
  const { code, report } = run({}, script);
  assert.equal(code, 0, report);
});
