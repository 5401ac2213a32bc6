// What `testing.js` exports.

import type { Plugin } from './index.js';

/**
 * Makes a test of node's runner of each case in the plugin's `cases/*.json`: `cases(import.meta.url, plugin)`. The plugin's
 * directory is the one above the test that has a package.json; `dir` names another directory below it.
 */
export function cases(url: string, plugin: Plugin, options?: { dir?: string }): void;

/**
 * Calls an export natively with what is given, in the members of case files; what is not given is as there. What the plugin
 * throws is `output.error`.
 */
export function run(
  plugin: Plugin,
  name: 'describe' | 'to-target' | 'to-source' | 'choose' | 'decide',
  given?: object,
): { output: Record<string, any>; log: string[] };
