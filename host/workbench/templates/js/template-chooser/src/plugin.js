// New users start from the template of their department.

import { Choice, plugin } from '../sdk/index.js';

const DEPARTMENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';

export default plugin({
  // The plugin's settings, as a JSON Schema: what is written here is shown to whoever configures it.
  settings: {
    type: 'object',
    properties: {
      templates: {
        description: 'The template of each department.',
        type: 'object',
        additionalProperties: { type: 'string' },
        default: {},
      },
      default: { description: 'The template of everybody else; none if not said.', type: 'string' },
    },
  },

  // The template, and why: the reason is shown to the operator and must not hold values of the person.
  choose({ source, settings }) {
    const template = settings.templates[source.str(DEPARTMENT) ?? ''];
    if (template !== undefined) return Choice.template(template, 'by department');
    if (settings.default !== undefined) return Choice.template(settings.default, 'the default');
    return Choice.none('no template for the department');
  },
});
