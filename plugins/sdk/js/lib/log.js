// Lines for the operator's log. They must not hold values of the person.

import { host } from './host.js';

const LEVELS = ['debug', 'info', 'warn', 'error'];

/** Writes a line. The host cuts it at 1 KiB and drops what comes after 100 lines of a call. */
export function write(level, message) {
  if (!LEVELS.includes(level)) throw new TypeError(`a level of the log is one of ${LEVELS.join(', ')}`);
  host.write?.(level, String(message));
}

/** Writes a line for whoever looks into the plugin. */
export function debug(message) {
  write('debug', message);
}

/** Writes a line worth knowing. */
export function info(message) {
  write('info', message);
}

/** Writes a line worth a look. */
export function warn(message) {
  write('warn', message);
}

/** Writes a line about something that went wrong. */
export function error(message) {
  write('error', message);
}
