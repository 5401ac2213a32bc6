// Runs a plugin's tables of cases with node's own test runner: no component, no host.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { EXPORTS, isPlugin } from './lib/definition.js';
import { host } from './lib/host.js';
import { differences } from './testing/compare.js';
import { inputOf, readGiven } from './testing/given.js';
import { invoke } from './testing/invoke.js';
import { readCases } from './testing/read.js';

host.sdk = dirname(fileURLToPath(import.meta.url)) + '/';
host.root = process.cwd() + '/';
// A component knows no other.
process.env.TZ = 'UTC';

/** The plugin's directory: the one above the test that has a package.json. */
function rootOf(url) {
  let folder = dirname(fileURLToPath(url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`${fileURLToPath(url)}: there is no package.json above it`);
    folder = above;
  }
  return folder;
}

/**
 * Makes a test of each case in the plugin's `cases/*.json`: `cases(import.meta.url, plugin)`. Another directory, relative to
 * the plugin's, is given by `{ dir }`.
 */
export function cases(url, plugin, { dir = 'cases' } = {}) {
  if (!isPlugin(plugin)) throw new TypeError('cases: the second argument is what `plugin({ ... })` answered');
  const root = rootOf(url);
  host.root = root + '/';
  const names = Object.keys(EXPORTS).filter((name) => plugin.kinds.includes(EXPORTS[name].kind));
  const folder = join(root, dir);
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
  if (files.length === 0) {
    test(dir, () => assert.fail(`${folder}: there is no *.json with cases`));
  }
  for (const file of files.sort()) table(`${dir}/${file}`, join(folder, file), plugin, names);
}

function table(shown, file, plugin, names) {
  let read;
  try {
    read = readCases(readFileSync(file, 'utf8'), names);
  } catch (error) {
    test(shown, () => assert.fail(`${shown}: ${error.message}`));
    return;
  }
  for (const one of read) {
    const skip = 'ending' in one.expect ? 'expects an ending, which only the host can tell: `jackfield plugin test`' : false;
    test(`${shown}: ${one.name}`, { skip }, () => check(shown, one, plugin));
  }
}

/** Runs one case; throws what differs, naming file and case. */
function check(shown, one, plugin) {
  const { output, log } = invoke(plugin, one.export, one.input, one.directory);
  const found = differences(one.expect, output, log);
  const members = Object.keys(found);
  if (members.length === 0) return;
  const side = (which) => Object.fromEntries(members.map((member) => [member, found[member][which]]));
  const lines = members.map((member) => {
    const { expected, actual } = found[member];
    return `  ${member}: expected ${JSON.stringify(expected) ?? 'none'}, got ${JSON.stringify(actual) ?? 'none'}`;
  });
  throw new assert.AssertionError({
    message: `${shown}: case \`${one.name}\` (${one.export}):\n${lines.join('\n')}${log.length === 0 ? '' : `\n  logged: ${log.join(' | ')}`}`,
    expected: side('expected'),
    actual: side('actual'),
    operator: 'deepStrictEqual',
    stackStartFn: check,
  });
}

/**
 * Calls an export with what is given, in the members of case files: `run(plugin, 'decide', { target: { team: 'Leads' } })`.
 * Answers `{ output, log }`.
 */
export function run(plugin, name, given = {}) {
  if (name === 'describe') return invoke(plugin, name);
  if (!Object.hasOwn(EXPORTS, name)) throw new TypeError(`run: \`${name}\` is none of describe, ${Object.keys(EXPORTS).join(', ')}`);
  const { input, directory } = inputOf(name, readGiven(given, 'given'));
  return invoke(plugin, name, input, directory);
}
