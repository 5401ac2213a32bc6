// Whether an answer is the one that a case expects.

import { isDeepStrictEqual } from 'node:util';

/** Members of the output that nobody asked for and that always count. */
const ENDINGS = ['error', 'ending'];

/**
 * What differs, by the member's name: `{ expected, actual }`. Members that are not expected are not compared; `null` is met by
 * an absent member.
 */
export function differences(expect, output, log) {
  const found = {};
  for (const [member, expected] of Object.entries(expect)) {
    const actual = member === 'log' ? log : output[member];
    const equal = ENDINGS.includes(member) ? within(expected, actual) : same(expected, actual);
    if (!equal) found[member] = { expected, actual };
  }
  for (const member of ENDINGS) {
    if (member in output && !(member in expect)) found[member] = { expected: undefined, actual: output[member] };
  }
  return found;
}

function same(expected, actual) {
  return expected === null ? (actual ?? null) === null : isDeepStrictEqual(plain(expected), plain(actual));
}

/** Member by member, so that `{}` is met by any that came. */
function within(expected, actual) {
  return actual !== undefined && Object.entries(expected).every(([member, one]) => same(one, actual[member]));
}

/** As JSON has it: without prototypes, and -0 as 0. */
function plain(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
