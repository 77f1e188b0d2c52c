import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LeasedJob } from '../../src/engine/step-reply.ts';
import { bytes, done, nack, textOf } from '../../src/testing/contract/engine-rig.ts';
import { engineRig } from './engine-rigs.ts';

type Mode = 'drop' | 'replace' | 'latest' | 'throttle' | 'debounce';

interface Holder {
  readonly id: string;
  readonly ends: number;
  readonly lastDue: number;
  data: string;
  due: number;
  state: 'open' | 'active' | 'settled';
  followUp: string | undefined;
}

const TTL = {
  drop: Number.POSITIVE_INFINITY,
  replace: Number.POSITIVE_INFINITY,
  latest: Number.POSITIVE_INFINITY,
  throttle: 300,
  debounce: 200,
};
const MAX_WAIT = 500;

/** One unique key in one mode, said plainly. */
class UniqueModel {
  holder: Holder | undefined;
  readonly mode: Mode;

  constructor(mode: Mode) {
    this.mode = mode;
  }

  add(id: string, now: number): string {
    const { mode, holder } = this;
    const throttled = mode === 'throttle' && holder !== undefined && now < holder.ends;
    const held = holder !== undefined && (mode === 'throttle' ? throttled : holder.state !== 'settled');
    if (!held || holder === undefined || (mode === 'debounce' && holder.state === 'active')) {
      const due = mode === 'debounce' ? now + TTL.debounce : now;
      this.holder = {
        id,
        ends: now + TTL[mode],
        lastDue: now + MAX_WAIT,
        data: id,
        due,
        state: 'open',
        followUp: undefined,
      };
      return `added ${id}`;
    }
    if (holder.state === 'open' && (mode === 'replace' || mode === 'latest' || mode === 'debounce')) {
      holder.data = id;
      holder.followUp = undefined;
      if (mode === 'debounce') holder.due = Math.min(now + TTL.debounce, holder.lastDue);
      return `${mode === 'debounce' ? 'debounced' : 'replaced'} ${holder.id}`;
    }
    if (mode === 'latest') holder.followUp = id;
    return `duplicate ${holder.id}`;
  }

  /** The holder settles; what follows it holds the key. */
  settle(now: number): void {
    const { holder } = this;
    if (holder === undefined) return;
    holder.state = 'settled';
    if (holder.followUp !== undefined) this.add(holder.followUp, now);
  }
}

const turns = fc.array(fc.constantFrom('add', 'add', 'add', 'take', 'done', 'fail', 'retry', 'cancel', 'pass'), {
  minLength: 10,
  maxLength: 60,
});

test.for<Mode>(['drop', 'replace', 'latest', 'throttle', 'debounce'])(
  '%s does what the plain model does',
  async (mode) => {
    await fc.assert(
      fc.asyncProperty(turns, async (plan) => {
        const rig = engineRig();
        const model = new UniqueModel(mode);
        const unique = {
          ...{ key: 'k', mode },
          ttlMs: Number.isFinite(TTL[mode]) ? TTL[mode] : undefined,
          maxWaitMs: mode === 'debounce' ? MAX_WAIT : undefined,
        };
        let [added, running] = [0, undefined as LeasedJob | undefined];
        const isHolder = (id: string | undefined) => id !== undefined && model.holder?.id === id;
        const settle = async (how: 'done' | 'fail') => {
          if (running === undefined) return;
          const job = running;
          running = undefined;
          if (isHolder(job.id)) model.settle(rig.fixture.now());
          await rig.settle(how === 'done' ? done(job) : nack(job, { dead: 'discarded' }));
        };
        for (const what of plan) {
          if (what === 'add') {
            const id = `j${added++}`;
            const [told] = await rig.add({ id, data: bytes(id), unique });
            expect(`${told?.outcome} ${told?.id}`).toBe(model.add(id, rig.fixture.now()));
          } else if (what === 'pass') await rig.pass(90);
          else if (what === 'done' || what === 'fail') await settle(what);
          else if (what === 'take' && running === undefined) {
            [running] = await rig.take(1, { leaseMs: 3_600_000 });
            const { holder } = model;
            const ready = holder?.state === 'open' && holder.due <= rig.fixture.now();
            if ((ready && mode !== 'throttle') || isHolder(running?.id)) {
              expect(running?.id).toBe(holder?.id);
              expect(textOf(running?.record.data)).toBe(holder?.data);
              if (holder !== undefined) holder.state = 'active';
            }
          } else if (what === 'retry' && running !== undefined) {
            await rig.settle(nack(running, { maxAttempts: 1000 }));
            if (isHolder(running.id) && model.holder !== undefined) {
              model.holder.state = 'open';
              model.holder.due = rig.fixture.now();
            }
            running = undefined;
          } else if (what === 'cancel' && model.holder?.state === 'open') {
            await rig.cancel(model.holder.id);
            const follow = model.holder.followUp;
            model.holder = undefined;
            if (follow !== undefined) model.add(follow, rig.fixture.now());
          }
          await rig.checkAudit();
        }
      }),
      { numRuns: 100 },
    );
  },
);
