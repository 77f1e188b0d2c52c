import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { isXcError, XcError } from '../src/index.ts';

/** What an error costs where it is made, its stack included, beside a plain `Error` with the same stack. */
const bench: Bench = {
  name: 'error',
  async run() {
    const known: unknown = new XcError('XC_BENCH', 'it broke');
    const options = { details: { retryAfterMs: 5 }, cause: known, retryable: true };
    const ns = await interleave({
      bare: () => new XcError('XC_BENCH', 'it broke'),
      full: () => new XcError('XC_BENCH', 'it broke', options),
      plain: () => new Error('it broke'),
      deep: () => deep(10, () => new XcError('XC_BENCH', 'it broke')),
      deepPlain: () => deep(10, () => new Error('it broke')),
      guard: () => isXcError(known, 'XC_BENCH'),
    });
    const us = (figure: number) => figure / 1000;
    return [
      { name: 'new XcError', unit: 'us', value: us(ns.bare), peers: { Error: us(ns.plain) } },
      { name: 'new XcError, details and cause', unit: 'us', value: us(ns.full), peers: { Error: us(ns.plain) } },
      { name: 'new XcError, ten frames deeper', unit: 'us', value: us(ns.deep), peers: { Error: us(ns.deepPlain) } },
      { name: 'isXcError', unit: 'ns', value: ns.guard },
    ];
  },
};

export default bench;

/** Makes the error as deep in the stack as an application would. */
function deep<T>(frames: number, make: () => T): T {
  return frames === 0 ? make() : deep(frames - 1, make);
}
