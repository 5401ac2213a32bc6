// The team of a user is what one attribute says: the department, where the settings name no other.

import { Path, plugin } from '../sdk/index.js';

/** The attribute that is read where the settings name none. */
const DEPARTMENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';

export default plugin({
  // The plugin's settings, as a JSON Schema: what is written here is shown to whoever configures it.
  settings: {
    type: 'object',
    properties: {
      attribute: {
        description: 'The path of the attribute that names the team, as `title` or `urn:...:User:department`.',
        type: 'string',
        default: DEPARTMENT,
      },
    },
  },

  // What the identity provider must send.
  takes: [DEPARTMENT],

  // Checks what a schema cannot say; the answer names the key.
  validate({ attribute }) {
    try {
      Path.parse(attribute);
      return undefined;
    } catch (error) {
      return `attribute: ${error.message}`;
    }
  },

  // The user as CXone should hold it: what other plugins set stays.
  toTarget({ source, draft, settings }) {
    const team = source.text(settings.attribute);
    if (team !== undefined) draft.team = team;
    return draft;
  },

  // The way back, when CXone's user is shown to the identity provider: whatever came from there goes back as it was.
  toSource(input) {
    const source = input.start();
    const { attribute } = input.settings;
    const { team } = input.target;
    if (team !== undefined && source.text(attribute) !== team) source.set(attribute, team);
    return source;
  },
});
