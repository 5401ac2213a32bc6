// What a component exports, made of a plugin. The build's entry calls it; authors do not.

import { call } from './lib/call.js';
import { describe, isPlugin } from './lib/definition.js';
import { host } from './lib/host.js';

/** A decision as the contract's variant. */
function decided(decision) {
  const { verdict, warnings, target, ...rest } = decision.toJSON();
  const value = verdict === 'amend' ? JSON.stringify(target) : verdict === 'allow' ? undefined : rest;
  return { verdict: { tag: verdict, val: value }, warnings, facts: '{}' };
}

/**
 * The exports `about`, `mapper`, `templateChooser` and `rules`, as many as there are. `imports` are the component's: `log`
 * and, where the world has it, `directory`; `manifest` is the plugin's package.json.
 */
export function component(plugin, imports, manifest) {
  if (!isPlugin(plugin)) throw new TypeError('the plugin file must say `export default plugin({ ... })`');
  host.write = imports.log.write;
  const description = describe(plugin, manifest);
  const run = (name) => (record) => call(plugin, name, record, imports.directory);
  return {
    about: { describe: () => description },
    mapper: { toTarget: run('to-target'), toSource: run('to-source') },
    templateChooser: {
      choose(occasion) {
        const { template, reason } = run('choose')(occasion);
        return { template: template ?? undefined, reason, facts: '{}' };
      },
    },
    rules: { decide: (occasion) => decided(run('decide')(occasion)) },
  };
}
