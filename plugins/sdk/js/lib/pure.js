// Equal input must give equal output, and a plugin has no clock, no randomness and no network. What the engine offers of them
// all the same would be frozen at the moment of the build (Date, Math.random) or end the call (timers, performance): here it
// says so, in the component and natively alike. What node has and the component's engine has not, or has with other answers, is
// not there natively either.

const CLOCK = 'a plugin has no clock: choosers and rules find the moment in `input.moment`';
const RANDOM = 'a plugin has no randomness: equal input must give equal output';
const WAIT = 'a plugin cannot wait: its functions answer at once';
const NETWORK = 'a plugin has no network';
const LOCALE = "a plugin has no locales: the component's engine has no Intl";

function refuse(message) {
  return () => {
    throw new Error(message);
  };
}

/** Dates of given moments work; the present moment is refused. */
class GivenDate extends Date {
  constructor(...given) {
    if (given.length === 0) throw new Error(CLOCK);
    super(...given);
  }

  static now() {
    throw new Error(CLOCK);
  }
}

/** What the component's engine (SpiderMonkey, without ICU) has not. */
const ABSENT = [
  'Intl',
  'process',
  'Buffer',
  'global',
  'setImmediate',
  'clearImmediate',
  'MessageChannel',
  'BroadcastChannel',
  'SharedArrayBuffer',
  'Atomics',
  'WebAssembly',
];

/** Methods that are missing without ICU or answer otherwise, and what to do instead. */
const LOCALES = [
  [String, 'normalize', 'there is no table of Unicode; have the identity provider send one form'],
  [String, 'localeCompare', 'compare by `<`'],
  [String, 'toLocaleUpperCase', 'take `toUpperCase`'],
  [String, 'toLocaleLowerCase', 'take `toLowerCase`'],
  [Number, 'toLocaleString', 'take `String`'],
  [BigInt, 'toLocaleString', 'take `String`'],
  [Date, 'toLocaleString', 'take `toISOString`'],
  [Date, 'toLocaleDateString', 'take `toISOString`'],
  [Date, 'toLocaleTimeString', 'take `toISOString`'],
].map(([type, name, instead]) => [type.prototype, name, refuse(`${LOCALE}, so \`${name}\` is refused: ${instead}`)]);

/** What is replaced: holder, name, by what. */
const REPLACED = [
  [globalThis, 'Date', GivenDate],
  [Math, 'random', refuse(RANDOM)],
  [globalThis, 'performance', Object.freeze({ now: refuse(CLOCK) })],
  [globalThis, 'crypto', Object.freeze({ getRandomValues: refuse(RANDOM), randomUUID: refuse(RANDOM) })],
  [globalThis, 'setTimeout', refuse(WAIT)],
  [globalThis, 'setInterval', refuse(WAIT)],
  [globalThis, 'fetch', refuse(NETWORK)],
  ...LOCALES,
];

/** Forbids it for good: in a component. */
export function forbid() {
  for (const [holder, name, value] of REPLACED) {
    Object.defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: false });
  }
  for (const name of ABSENT) delete globalThis[name];
}

/** Forbids it for as long as a call lasts: natively, where the test's own runner needs its clock. */
export function forbidding(call) {
  const places = [...REPLACED, ...ABSENT.map((name) => [globalThis, name])];
  const before = places.map(([holder, name]) => Object.getOwnPropertyDescriptor(holder, name));
  forbid();
  try {
    return call();
  } finally {
    places.forEach(([holder, name], at) => {
      if (before[at]) Object.defineProperty(holder, name, before[at]);
      else delete holder[name];
    });
  }
}

/** Says of an error that a name is missing which node has: who tries the plugin there alone would look for a slip. */
export function hint(error) {
  const [, name] = (error instanceof ReferenceError && /^'?(\w+)'? is not defined$/.exec(error.message)) || [];
  return ABSENT.includes(name) ? ' (a component has none)' : '';
}
