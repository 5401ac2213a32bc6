// Case files are read and compared as the other SDKs and the workbench do: ../../conformance.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { differences } from '../testing/compare.js';
import { readCases } from '../testing/read.js';

const folder = new URL('../../conformance/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8'));
const ALL = ['to-target', 'to-source', 'choose', 'decide'];

for (const { file, exports = ALL, cases, says } of manifest.files) {
  test(`${file} for ${exports.join(', ')}`, () => {
    const read = () => readCases(readFileSync(new URL(file, folder), 'utf8'), exports);
    if (says) {
      assert.throws(read, ({ message }) => {
        says.forEach((text) => assert.ok(message.includes(text), `${message}: says nothing of ${text}`));
        return true;
      });
      return;
    }
    const found = read().map(({ name, export: called, expect, input, directory }) => ({
      name,
      export: called,
      input,
      ...(directory && { directory }),
      ...('ending' in expect && { skippedNatively: true }),
    }));
    assert.deepEqual(found, cases);
  });
}

for (const { name, expect, output, log = [], differs } of manifest.comparisons) {
  test(`compared: ${name}`, () => {
    assert.deepEqual(Object.keys(differences(expect, output, log)).sort(), differs);
  });
}
