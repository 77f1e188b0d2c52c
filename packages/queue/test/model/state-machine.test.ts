import { expect, test } from 'vitest';
import { memoryEngine } from '../../src/memory/memory-engine.ts';
import { DrivenEngine, modelPolicy } from './driven-engine.ts';
import { type Command, commands, QueueModel } from './queue-model.ts';

const DEPTH = 10;
const times = { leaseMs: 10_000, keepMs: 100 };

/** A clock that only counts: nothing in an engine has timers. */
class BareClock {
  ms = 0;
  now = () => 1_700_000_000_000;
  monotonic = () => this.ms;
  sleep = () => Promise.reject(new Error('nothing sleeps in here'));
  after = () => ({ cancel: () => {} });
  every = () => ({ cancel: () => {} });
}

/** Both at the end of a path, and what they said on its last step. */
async function walk(path: readonly Command[], keyed: boolean) {
  const clock = new BareClock();
  const model = new QueueModel(keyed);
  const pass = async (ms: number) => {
    clock.ms += ms;
  };
  const engine = new DrivenEngine(memoryEngine({ clock }).open('q', modelPolicy(times)), keyed, times, pass);
  let [expected, told] = ['', ''];
  for (const command of path) {
    expected = model.apply(command);
    told = await engine.apply(command);
  }
  return { model, engine, expected, told };
}

test.for([
  { keyed: true, name: 'one key' },
  { keyed: false, name: 'no key' },
])('agrees with the model on every interleaving of two workers and two jobs, $name', async ({ keyed }) => {
  const start: Command[] = [
    { do: 'add', id: 'a' },
    { do: 'add', id: 'b' },
  ];
  // Paths that lead to the same state have the same future: only the first of them goes on.
  const seen = new Set<string>();
  let paths: Command[][] = [start];
  let steps = 0;
  for (let depth = 1; depth <= DEPTH; depth += 1) {
    const next: Command[][] = [];
    for (const path of paths) {
      for (const command of commands) {
        const longer = [...path, command];
        const { model, engine, expected, told } = await walk(longer, keyed);
        steps += 1;
        if (told !== expected) expect(told, show(longer)).toBe(expected);
        const wrong = await engine.differences(model);
        if (wrong.length > 0) expect(wrong, show(longer)).toEqual([]);
        const signature = model.signature();
        if (seen.has(signature)) continue;
        seen.add(signature);
        next.push(longer);
      }
    }
    paths = next;
  }
  expect(seen.size).toBeGreaterThan(1000);
  expect(steps).toBeGreaterThan(10_000);
});

function show(path: readonly Command[]): string {
  return path.map((each) => Object.values(each).join(' ')).join(', ');
}
