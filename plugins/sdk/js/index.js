// Write Jackfield plugins in JavaScript: see README.md, and index.d.ts for every item.

export { plugin } from './lib/definition.js';
export { InputError, PluginError, SettingsError } from './lib/errors.js';
export { Choice, Decision } from './lib/outcome.js';
export { Facts } from './lib/facts.js';
export { Group, Groups } from './lib/groups.js';
export { Path } from './lib/path.js';
export { Source } from './lib/source.js';
export { Target } from './lib/target.js';
export * as directory from './lib/directory.js';
export * as log from './lib/log.js';
