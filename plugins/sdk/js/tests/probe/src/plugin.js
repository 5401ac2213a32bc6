// Asks for what a component has not, by the name of the operation, and tells what comes: natively as in the component.

import { Decision, plugin } from '../sdk/index.js';

const DOES = {
  now: () => Date.now(),
  random: () => Math.random(),
  timer: () => setTimeout(() => {}, 1),
  immediate: () => setImmediate(() => {}),
  intl: () => new Intl.Collator('sv').compare('a', 'b'),
  process: () => process.env.HOME,
  buffer: () => Buffer.from('a').toString('base64'),
  wasm: () => WebAssembly.validate(new Uint8Array()),
  shared: () => new SharedArrayBuffer(1),
  normalize: () => 'e\u0301'.normalize('NFC'),
  compare: () => 'é'.localeCompare('f'),
  upper: () => 'i'.toLocaleUpperCase('tr'),
  lower: () => 'I'.toLocaleLowerCase('tr'),
  number: () => (1234.5).toLocaleString('de'),
  numbers: () => [1234.5].toLocaleString('de'),
  large: () => 1234n.toLocaleString('de'),
  date: ({ moment }) => new Date(moment).toLocaleDateString('de'),
  misspelt: ({ target }) => (target.tema = 'Voice'),
  hour: ({ moment }) => new Date(moment).getHours(),
  'upper of each': () => 'straße é ı'.toUpperCase(),
  'without case': () => /É/i.test('é'),
  sorted: () => ['b', 'é', 'a', 'Z'].sort().join(''),
};

export default plugin({
  decide(input) {
    try {
      return Decision.allow().warn(String(DOES[input.operation](input)));
    } catch (error) {
      return Decision.allow().warn(`${error.name}: ${error.message}`);
    }
  },
});
