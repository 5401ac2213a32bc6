// Equal input must give equal output, and a plugin has no clock, no randomness and no network. What the engine offers of them
// all the same would be frozen at the moment of the build (Date, Math.random) or end the call (timers, performance): here it
// says so, in the component and natively alike.

const CLOCK = 'a plugin has no clock: choosers and rules find the moment in `input.moment`';
const RANDOM = 'a plugin has no randomness: equal input must give equal output';
const WAIT = 'a plugin cannot wait: its functions answer at once';
const NETWORK = 'a plugin has no network';

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

/** What is replaced: holder, name, by what. */
const REPLACED = [
  [globalThis, 'Date', GivenDate],
  [Math, 'random', refuse(RANDOM)],
  [globalThis, 'performance', Object.freeze({ now: refuse(CLOCK) })],
  [globalThis, 'crypto', Object.freeze({ getRandomValues: refuse(RANDOM), randomUUID: refuse(RANDOM) })],
  [globalThis, 'setTimeout', refuse(WAIT)],
  [globalThis, 'setInterval', refuse(WAIT)],
  [globalThis, 'fetch', refuse(NETWORK)],
];

/** Forbids it for good: in a component. */
export function forbid() {
  for (const [holder, name, value] of REPLACED) {
    Object.defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

/** Forbids it for as long as a call lasts: natively, where the test's own runner needs its clock. */
export function forbidding(call) {
  const before = REPLACED.map(([holder, name]) => Object.getOwnPropertyDescriptor(holder, name));
  forbid();
  try {
    return call();
  } finally {
    REPLACED.forEach(([holder, name], at) => {
      if (before[at]) Object.defineProperty(holder, name, before[at]);
      else delete holder[name];
    });
  }
}
