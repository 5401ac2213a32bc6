import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Path } from '../index.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Extension, attribute, filter, sub-attribute. */
function read(text) {
  const { extension, attribute, filter, sub } = Path.parse(text);
  return [extension, attribute, filter.map((one) => [one.attribute, one.literal]), sub];
}

test('each form is read', () => {
  assert.deepEqual(read('userName'), [undefined, 'userName', [], undefined]);
  assert.deepEqual(read('name.givenName'), [undefined, 'name', [], 'givenName']);
  assert.deepEqual(read('manager.$ref'), [undefined, 'manager', [], '$ref']);
  assert.deepEqual(read('urn:ietf:params:scim:schemas:core:2.0:User:name.givenName'), [undefined, 'name', [], 'givenName']);
  assert.deepEqual(read(`${ENTERPRISE}:manager.value`), [ENTERPRISE, 'manager', [], 'value']);
  assert.deepEqual(read('emails[type eq "a:b].c \\" d" and primary EQ true].value'), [
    undefined,
    'emails',
    [
      ['type', 'a:b].c " d'],
      ['primary', true],
    ],
    'value',
  ]);
  assert.deepEqual(read(' emails[type eq work] '), [undefined, 'emails', [['type', 'work']], undefined]);
  assert.deepEqual(read('urn:example:ext:2.0:User:sites[kind eq "x:y"].code'), [
    'urn:example:ext:2.0:User',
    'sites',
    [['kind', 'x:y']],
    'code',
  ]);
});

for (const path of [
  '',
  'a b',
  'name.',
  '.value',
  'name.given.Name',
  '1st',
  'foo:userName',
  'emails[',
  'emails[]',
  'emails[type]',
  'emails[type eq]',
  'emails[type eq "work"',
  'emails[type eq "work]',
  'emails[type eq "\\q"]',
  'emails[type co "work"]',
  'emails[type eq "a" or type eq "b"]',
  'emails[type eq "work"]value',
  'emails[type eq "work"].a.b',
  'emails["work" eq type]',
]) {
  test(`malformed and named: ${path}`, () => {
    assert.throws(
      () => Path.parse(path),
      ({ message }) => message.startsWith(`\`${path}\` is not an attribute path: `),
    );
  });
}
