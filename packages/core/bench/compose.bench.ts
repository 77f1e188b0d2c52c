import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { type CallContext, compose, type Policy, type RunOptions, type Task } from '../src/index.ts';

/** What a composition adds to a call, policies that do nothing included; `by hand` is the same nesting written out. */
const bench: Bench = {
  name: 'compose',
  async run() {
    const [one, other, third] = [transparent('one'), transparent('other'), transparent('third')];
    const two = compose(one, other);
    const three = compose(one, other, third);
    const ns = await interleave({
      call: () => answer(context),
      byHand: () => one.run((outer) => other.run(answer, outer)),
      two: () => two.run(answer),
      three: () => three.run(answer),
    });
    return [
      { name: 'two policies add', unit: 'ns', value: ns.two - ns.call, peers: { 'by hand': ns.byHand - ns.call } },
      { name: 'three policies add', unit: 'ns', value: ns.three - ns.call },
    ];
  },
};

export default bench;

const context: CallContext = { attempt: 1, deadline: undefined, key: undefined, signal: new AbortController().signal };
const answer: Task<number> = async () => 42;

/** A policy of which only the composition is left. */
function transparent(name: string): Policy {
  return {
    name,
    run: <T>(task: Task<T>, options?: RunOptions): Promise<T> =>
      task((options as CallContext | undefined) ?? context) as Promise<T>,
  };
}
