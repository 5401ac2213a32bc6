// Every user name is of one domain.

import { Decision, plugin } from '../sdk/index.js';

export default plugin({
  // The plugin's settings, as a JSON Schema: what is written here is shown to whoever configures it.
  settings: {
    type: 'object',
    required: ['domain'],
    properties: {
      domain: { description: 'The domain that user names end with, as `example.com`.', type: 'string' },
    },
  },

  // What becomes of the write. A denial says what is wrong and what to do, without values of the person.
  decide({ target, settings }) {
    const ending = `@${settings.domain}`.toLowerCase();
    const name = (target.userName ?? '').toLowerCase();
    if (name.endsWith(ending)) return Decision.allow();
    return Decision.deny('userName', 'the user name is of another domain')
      .scimType('invalidValue')
      .fix(`use a user name that ends with @${settings.domain}`);
  },
});
