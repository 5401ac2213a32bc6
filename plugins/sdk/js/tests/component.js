// What built components import and export: the contract and nothing else. `../run` builds them and names them in COMPONENTS,
// as `FILE=log,types -> about,rules`, separated by semicolons; without it there is nothing to be looked at.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';

/** Sections of a component: WebAssembly/component-model, design/mvp/Binary.md. */
const IMPORTS = 10;
const EXPORTS = 11;

/** The names of the component's own imports and exports. */
function names(bytes) {
  assert.equal(bytes.readUInt32LE(0), 0x6d736100, 'a WebAssembly binary');
  assert.equal(bytes.readUInt16LE(6), 1, 'a component');
  const found = { [IMPORTS]: [], [EXPORTS]: [] };
  let at = 8;
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  // What something is: a sort, of two bytes for what is of the core, and an index. None of a plugin's is a type.
  const sorted = () => {
    at += bytes[at] === 0 ? 2 : 1;
    number();
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const length = number();
    const end = at + length;
    for (let items = Object.hasOwn(found, id) ? number() : 0; items > 0; items -= 1) {
      at += 1;
      const size = number();
      found[id].push(bytes.toString('utf8', at, (at += size)));
      sorted();
      // An export may be given a type.
      if (id === EXPORTS && bytes[at++] === 1) sorted();
    }
    at = end;
  }
  return found;
}

for (const [file, expected] of (process.env.COMPONENTS ?? '').split(';').filter(Boolean).map((one) => one.split('='))) {
  test(`${basename(file)} has ${expected}`, () => {
    const found = names(readFileSync(file));
    const short = (id) => found[id].map((name) => name.replace(/^jackfield:plugin\/(.*)@0\.1\.0$/, '$1')).sort();
    // QuickJS's `init` is what the build called; the host knows no such export.
    const exported = short(EXPORTS).filter((name) => name !== 'init');
    assert.equal(`${short(IMPORTS).join()} -> ${exported.join()}`, expected);
  });
}
