import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import type { EngineControls } from '../engine/engine-controls.ts';
import type { EngineReads } from '../engine/engine-reads.ts';
import type { EngineQueue, QueueEngine } from '../engine/queue-engine.ts';
import { memoryEngine } from '../memory/memory-engine.ts';
import { engineContract } from './engine-contract.ts';

type Wrong = (engine: EngineQueue) => Partial<EngineQueue>;

/** An engine that is right but for what is wrong with it. */
function wrongEngine(clock: ManualClock, wrong: Wrong): QueueEngine {
  const right = memoryEngine({ clock });
  return {
    name: 'wrong',
    open(name, policy) {
      const queue = right.open(name, policy);
      const changed = wrong(queue);
      return new Proxy(queue, {
        get(target, method: keyof EngineQueue) {
          const value: unknown = changed[method] ?? target[method];
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

function controls<Kind extends keyof EngineControls>(
  kind: Kind,
  change: (args: EngineControls[Kind]['args']) => EngineControls[Kind]['args'],
): Wrong {
  return (queue) => ({
    control: (asked, args, call) =>
      queue.control(asked, asked === (kind as string) ? (change(args as never) as never) : args, call),
  });
}

function reads<Kind extends keyof EngineReads>(
  kind: Kind,
  change: (reply: EngineReads[Kind]['reply']) => EngineReads[Kind]['reply'],
): Wrong {
  return (queue) => ({
    read: async (asked, args, call) => {
      const reply = await queue.read(asked, args, call);
      return asked === (kind as string) ? (change(reply as never) as never) : reply;
    },
  });
}

const wrongs: readonly (readonly [string, string, Wrong])[] = [
  [
    'leaves a job in its lane',
    'moves a job to the end of another lane',
    controls('update', (args) => ({ ...args, lane: undefined })),
  ],
  [
    'brings back every type',
    'brings back those of a type, whatever they died of',
    controls('redrive', (args) => ({ ...args, type: undefined })),
  ],
  [
    'brings back every reason',
    'brings back what fits a filter, the oldest first, at most so many',
    controls('redrive', (args) => ({ ...args, reason: undefined })),
  ],
  [
    'always brings back dependents',
    'leaves dependents dead whose job is brought back without them',
    controls('redrive', (args) => ({ ...args, withDependents: true })),
  ],
  [
    'counts nothing as blocked',
    'counts jobs by state, and totals',
    reads('counts', (reply) => ({ ...reply, states: { ...reply.states, blocked: 0 } })),
  ],
  [
    'goes on after close',
    'refuses every call after close, and lets others go on',
    () => ({ close: async () => ({ unsent: 0 }) }),
  ],
];

test.each(wrongs)('catches an engine that %s', async (_, promise, wrong) => {
  const check = engineContract.find(({ name }) => name === promise);
  const run = async (changed: Wrong) => {
    const clock = new ManualClock(1_700_000_000_000);
    const pass = (ms: number) => clock.advance(ms);
    await check?.run({ engine: wrongEngine(clock, changed), clock, now: () => clock.now(), pass });
  };
  await expect(run(() => ({}))).resolves.toBeUndefined();
  await expect(run(wrong)).rejects.toMatchObject({ code: 'ERR_ASSERTION' });
});
