// Runs the SDK once while the component is built. The engine compiles a function when it is first called, and every call of a
// plugin is a first one, in a fresh copy of the memory that the build leaves: what ran then need not be compiled again.

import { call } from './lib/call.js';
import { describe, plugin } from './lib/definition.js';
import { Choice, Decision } from './lib/outcome.js';

const table = { type: 'object', additionalProperties: { type: 'string' } };
const list = { type: 'array', items: { type: 'string' }, default: [] };

/** A plugin that uses what plugins use. */
const user = plugin({
  settings: { type: 'object', required: ['a'], properties: { a: table, b: { ...table, default: {} }, c: list } },
  toTarget({ source, draft, groups, facts }) {
    source.bool('active');
    source.text('name.givenName');
    source.str('urn:ietf:params:scim:schemas:extension:acme:2.0:User:skill');
    draft.team = source.str('emails[type eq "work"].value') ?? facts.defaultRole;
    return groups.contains('Everybody') ? draft : draft.clear('team');
  },
  toSource: (input) => input.start().set('emails[type eq "work"].value', 'ada@example.com'),
  choose: ({ source }) => (source.isEmpty ? Choice.none('') : Choice.template('', '')),
  decide: ({ target }) => (target.team ? Decision.deny('team', '').scimType('').fix('').warn('') : Decision.allow()),
});

const common = { connection: '', idp: '', settings: '{"a":{"b":"c"},"c":["d"]}', facts: '{}' };
const group = { id: '', externalId: undefined, displayName: 'Everybody', facts: '{}' };
const source = '{"userName":"ada@example.com","active":true,"emails":[{"type":"work","value":"ada@example.com"}]}';
const target = '{"userName":"ada@example.com","team":"Everybody","active":true}';

/** `shape` turns a decision into the contract's, which is the component's own work. */
export function warm(shape) {
  describe(user, {});
  for (const text of [source, '{}']) {
    call(user, 'to-target', { ...common, source: text, draft: target, groups: [group] });
    call(user, 'to-source', { ...common, target, remembered: text, draft: '{}' });
    const occasion = { ...common, operation: '', moment: '', source: text, target, groups: [group] };
    call(user, 'choose', occasion);
    shape(call(user, 'decide', occasion));
    shape(call(user, 'decide', { ...occasion, target: '{}' }));
  }
}
