import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Facts, Groups, InputError, Source, Target } from '../index.js';

const SKILL = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:skill';

function source(members) {
  const text = JSON.stringify(members);
  return new Source(JSON.parse(text), text);
}

test('a source is read by paths, names without case', () => {
  const ada = source({
    userName: 'ada@example.com',
    NAME: { givenName: 'Ada' },
    active: 'True',
    emails: [
      { type: 'home', value: 'home@example.com' },
      { type: 'work', value: 'work@example.com', primary: true },
    ],
    title: null,
    [SKILL.slice(0, -6)]: { Skill: 'voice', level: 3 },
  });
  assert.equal(ada.str('username'), 'ada@example.com');
  assert.equal(ada.str('name.givenname'), 'Ada');
  assert.equal(ada.str('emails[type eq "WORK"].value'), 'work@example.com');
  assert.equal(ada.str('emails[primary eq "True"].value'), 'work@example.com');
  assert.equal(ada.str('emails[type eq "work" and primary eq false].value'), undefined);
  assert.equal(ada.str('emails.value'), 'home@example.com');
  assert.equal(ada.str('emails'), 'home@example.com', 'a complex value stands for its `value`');
  assert.equal(ada.bool('active'), true);
  assert.equal(ada.str(SKILL), 'voice');
  assert.equal(ada.text(SKILL.replace('skill', 'level')), '3');
  assert.equal(ada.str(SKILL.replace('skill', 'level')), undefined, 'a number is no text');
  assert.equal(ada.get('title'), undefined, 'null is nothing');
  assert.equal(ada.get('constructor'), undefined);
  assert.throws(() => ada.get('emails[type = "work"]'), /is not an attribute path/);
});

test('what is missing on the way is made', () => {
  const made = new Source();
  made.set('name.givenName', 'Ada').set('emails[type eq "work" and primary eq "true"].value', 'ada@example.com');
  made.set('phoneNumbers.value', '1').set(SKILL, 'voice').set('manager.value', 'm');
  assert.deepEqual(made.toJSON(), {
    name: { givenName: 'Ada' },
    emails: [{ type: 'work', primary: true, value: 'ada@example.com' }],
    phoneNumbers: [{ value: '1' }],
    'urn:ietf:params:scim:schemas:extension:acme:2.0:User': { skill: 'voice' },
    manager: { value: 'm' },
  });
});

test('a simple value over a complex one is its `value`, and the key stays as it was written', () => {
  const changed = source({ MANAGER: { Value: 'old', displayName: 'B' }, emails: [{ value: 'old' }], roles: [], tags: ['a'] });
  changed.set('manager', 'new').set('emails', 'new').set('roles', 'Agent').set('tags', 'b');
  assert.deepEqual(changed.toJSON(), {
    MANAGER: { Value: 'new', displayName: 'B' },
    emails: [{ value: 'new' }],
    roles: [{ value: 'Agent' }],
    tags: ['b'],
  });
});

test('a path through a simple value is an error that names the attribute and no value', () => {
  for (const path of ['userName.value', 'userName[type eq "work"].value', `${SKILL}`]) {
    const simple = source({ userName: 'Secret', [SKILL.slice(0, -6)]: 'Secret' });
    assert.throws(
      () => simple.set(path, 'x'),
      (error) => error instanceof InputError && error.attribute !== undefined && !error.message.includes('Secret'),
      path,
    );
  }
});

test('an unchanged source is handed back byte for byte, also when it was looked into', () => {
  const text = '{ "a": 1.0, "b": {"c": 12345678901234567890} }';
  const looked = new Source(JSON.parse(text), text);
  assert.equal(looked.get('b').c, 12345678901234567890);
  assert.equal(looked.toText(), text);
  looked.get('b').c = 2;
  assert.equal(looked.toText(), '{"a":1,"b":{"c":2}}', 'what was changed in place counts');
});

test('a target has properties, in order, and no others', () => {
  const target = new Target({ shoeSize: { eu: 38 }, active: true, userName: 'ada@example.com', role: null });
  target.team = 'Voice';
  target.secondaryRoles = ['Evaluator'];
  assert.equal(target.role, undefined);
  assert.equal(
    JSON.stringify(target),
    '{"userName":"ada@example.com","team":"Voice","active":true,"shoeSize":{"eu":38},"secondaryRoles":["Evaluator"]}',
  );
  for (const misspelt of [() => (target.tema = 'Voice'), () => target.set('tema', 'Voice')]) {
    assert.throws(misspelt, /^TypeError: unknown target attribute `tema`, expected one of `userName`, .*`applicationAttributes`$/);
  }
  assert.throws(() => target.secondaryRoles.push('x'), TypeError, 'a list is set whole');
  target.clear('team').secondaryRoles = [];
  assert.deepEqual([target.has('team'), target.has('secondaryRoles'), target.secondaryRoles.length], [false, false, 0]);
});

test('errors of a target name the member and never the value', () => {
  for (const [members, said] of [
    [{ role: ['Secret'] }, '`role` must be a string'],
    [{ active: 'Secret' }, '`active` must be true or false'],
    [{ secondaryRoles: 'Secret' }, '`secondaryRoles` must be a list of strings'],
  ]) {
    assert.throws(
      () => new Target(members),
      (error) => error instanceof InputError && error.message === said,
    );
    const [[name, value]] = Object.entries(members);
    assert.throws(() => new Target().set(name, value), new TypeError(said));
  }
});

test('groups are meant by display name without case, by external id and id exactly', () => {
  const groups = new Groups([
    { id: '1', externalId: '0a1B', displayName: 'CX Süd' },
    { id: '018f-2a', displayName: '' },
  ]);
  for (const [wanted, found] of Object.entries({ 'cx SÜD': true, '0a1B': true, '0A1B': false, '018f-2a': true, '018F-2A': false, '': false })) {
    assert.equal(groups.contains(wanted), found, wanted);
  }
  assert.deepEqual([groups.length, groups.isEmpty, [...groups][0].displayName], [2, false, 'CX Süd']);
});

test('facts that are absent, null or empty are none', () => {
  const facts = new Facts({ defaultRole: 'Agent', accepted: { userName: 'ada@example.com' }, moon: 'full' });
  assert.deepEqual([facts.defaultRole, facts.accepted.userName, facts.get('moon')], ['Agent', 'ada@example.com', 'full']);
  for (const none of [{}, { defaultRole: null, accepted: null }, { defaultRole: '' }]) {
    assert.deepEqual([new Facts(none).defaultRole, new Facts(none).accepted], [undefined, undefined]);
  }
  assert.throws(
    () => new Facts({ accepted: 'Secret' }).accepted,
    ({ message }) => !message.includes('Secret'),
  );
});
