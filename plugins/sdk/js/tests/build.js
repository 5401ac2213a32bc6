// What the build says where it cannot build. That it builds is shown by ../run, with the tools installed.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SDK = fileURLToPath(new URL('..', import.meta.url));
const GOOD = `import { Decision, plugin } from '../sdk/index.js';\nexport default plugin({ decide: () => Decision.allow() });\n`;
const PINNED = { name: 'p', type: 'module', devDependencies: { '@bytecodealliance/componentize-js': '0.19.3' } };

const made = [];
after(() => made.forEach((folder) => rmSync(folder, { recursive: true })));

function build(files, ...args) {
  const root = mkdtempSync(join(tmpdir(), 'jackfield-js-'));
  made.push(root);
  symlinkSync(SDK, join(root, 'sdk'));
  for (const [name, content] of Object.entries({ 'package.json': PINNED, 'src/plugin.js': GOOD, ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const ran = spawnSync(process.execPath, ['sdk/build.mjs', ...args], { cwd: root, encoding: 'utf8' });
  return [ran.status, ran.stderr.replaceAll(root, '.')];
}

for (const [what, files, args, code, said] of [
  ['the tool is not installed', {}, [], 2, '@bytecodealliance/componentize-js is not installed: run `npm ci` in .'],
  ['no tool is named', { 'package.json': { name: 'p', type: 'module' } }, [], 2, 'devDependencies name no '],
  ['there is no such file', {}, ['--entry', 'src/other.js'], 2, './src/other.js: there is no such file'],
  ['the contract is not there', {}, ['--wit', 'nowhere'], 2, './nowhere: the contract is not there; say where by --wit'],
  ['an argument is unknown', {}, ['--otu', 'x.wasm'], 64, "Unknown option '--otu'"],
  ['a world is unknown', {}, ['--world', 'everything'], 64, '--world everything is none of mapper-plugin, '],
  ['a kind is unknown', {}, ['--kinds', 'ruler'], 64, '--kinds: ruler is none of mapper, template-chooser, rules'],
  ['the plugin is not of the world', {}, ['--world', 'mapper-plugin'], 1, 'the plugin is no mapper: give `toTarget`'],
  ['the plugin is of no such kind', {}, ['--kinds', 'mapper,rules'], 1, 'the plugin is no mapper: give `toTarget`'],
  ['the file has a mistake', { 'src/plugin.js': 'export default plugin({' }, [], 1, 'src/plugin.js:1'],
  ['the file defines no plugin', { 'src/plugin.js': 'export default {};' }, [], 1, 'must say `export default plugin({ ... })`'],
  ['a kind is not said', { 'src/plugin.js': GOOD.replace('decide:', 'toTarget: ({ draft }) => draft, decide:') }, ['--kinds', 'rules'], 1, 'the plugin is a mapper too'],
]) {
  test(`told: ${what}`, () => {
    const [status, stderr] = build(files, ...args);
    assert.equal(status, code, stderr);
    assert.ok(stderr.includes(said), stderr);
  });
}
