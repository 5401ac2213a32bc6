// Where an error came from: files and lines of the author's own, out of the stacks of V8, SpiderMonkey and QuickJS.

import { host } from './host.js';
import { hint } from './pure.js';

const V8 = /^at (?:(.*) \()?(.+?):(\d+):(\d+)\)?$/;
const SPIDERMONKEY = /^(.*?)@(.+?):(\d+):(\d+)$/;

/** Frames that are shown at most: the line is cut at 1 KiB anyway. */
const FRAMES = 5;

/** What went wrong and where, on one line; `file:line` where the engine tells. */
export function explain(error) {
  if (!(error instanceof Error)) return `threw ${typeof error === 'string' ? error : `a ${typeof error}`}`;
  const places = frames(String(error.stack ?? ''));
  return `${error.name}: ${error.message}${hint(error)}${places.length === 0 ? '' : ` at ${places.join(', ')}`}`;
}

function frames(stack) {
  const found = [];
  for (const line of stack.split('\n')) {
    const match = V8.exec(line.trim()) ?? SPIDERMONKEY.exec(line.trim());
    if (!match) continue;
    const [, name, file, at] = match;
    // What called the plugin is nothing to its author.
    if (file.endsWith('lib/call.js')) break;
    const path = shorten(file);
    if (path === undefined) continue;
    found.push(name ? `${name.replace(/^async /, '')} (${path}:${at})` : `${path}:${at}`);
    if (found.length === FRAMES) break;
  }
  return found;
}

/** The file as its author knows it; undefined for what is not the author's. */
function shorten(file) {
  const path = file.replace(/^file:\/\//, '');
  if (path.startsWith('node:') || path.replace(/^\//, '').startsWith(host.sdk) || path.startsWith(host.sdk)) return undefined;
  // In a component, files are named from the plugin's directory; QuickJS puts a slash in front.
  if (host.root === '') return path.replace(/^\//, '');
  return path.startsWith(host.root) ? path.slice(host.root.length) : path;
}
