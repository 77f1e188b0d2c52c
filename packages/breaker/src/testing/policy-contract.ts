import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { type CallContext, compose, type Policy, type Task } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import type { ContractCase } from './contract-case.ts';

/** What a policy under test is made with. */
export interface PolicyFixture {
  readonly clock: ManualClock;
}

/**
 * What every policy promises, whatever it is for: nothing is thrown, results and errors come back as they are, an abort
 * settles at once and leaves nothing behind.
 *
 * @param make - Gives a fresh policy on this clock that lets calls through and answers for no failure.
 */
export function policyContract(make: (fixture: PolicyFixture) => Policy): readonly ContractCase[] {
  return Object.entries(cases).map(([name, check]) => ({
    name,
    async run() {
      const clock = new ManualClock();
      await check(make({ clock }), clock, make);
    },
  }));
}

type Check = (policy: Policy, clock: ManualClock, make: (fixture: PolicyFixture) => Policy) => Promise<void>;

const hang = () => new Promise<never>(() => {});

const cases: Readonly<Record<string, Check>> = {
  async 'gives back what a task gives, sync or async, undefined too'(policy, clock) {
    for (const value of [undefined, null, 0, '', Number.NaN, { a: 1 }, [1], () => 1]) {
      strictEqual(
        await settled(
          clock,
          policy.run(() => value),
        ),
        value,
      );
      strictEqual(
        await settled(
          clock,
          policy.run(async () => value),
        ),
        value,
      );
    }
  },

  async 'gives back the very error, thrown or rejected'(policy, clock) {
    const error = new Error('broken');
    const thrower: Task<never> = () => {
      throw error;
    };
    strictEqual(await failureOf(clock, policy.run(thrower)), error);
    strictEqual(
      await failureOf(
        clock,
        policy.run(() => Promise.reject(error)),
      ),
      error,
    );
  },

  async 'rejects a task that is no function, and never throws'(policy, clock) {
    for (const task of [undefined, null, 5, 'task', {}]) {
      ok((await failureOf(clock, policy.run(task as never))) instanceof TypeError);
    }
  },

  async 'does not begin when the caller has given up'(policy, clock) {
    const reason = new Error('gone');
    let called = false;
    const task = () => {
      called = true;
    };
    const run = policy.run(task, { signal: AbortSignal.abort(reason) });
    strictEqual(await failureOf(clock, run), reason);
    strictEqual(called, false);
  },

  async 'does not begin when the deadline has passed'(policy, clock) {
    await clock.advance(10);
    for (const deadline of [10, 9, -1]) {
      let called = false;
      const task = () => {
        called = true;
      };
      await failureOf(clock, policy.run(task, { deadline }));
      strictEqual(called, false);
    }
  },

  async 'rejects in the turn of the abort, with its reason'(policy, clock) {
    const controller = new AbortController();
    const reason = new Error('gone');
    const run = policy.run(hang, controller);
    let failure: unknown;
    run.catch((error) => {
      failure = error;
    });
    await clock.advance(0);
    controller.abort(reason);
    for (let tick = 0; tick < 20; tick++) await undefined;
    strictEqual(failure, reason);
  },

  async 'has one listener on the signal of the caller, and none afterwards'(policy, clock) {
    const { signal } = new AbortController();
    const listeners = () => getEventListeners(signal, 'abort').length;
    const run = policy.run(
      async ({ signal: own }) => {
        strictEqual(listeners(), 1);
        return own.aborted;
      },
      { signal },
    );
    strictEqual(await settled(clock, run), false);
    strictEqual(listeners(), 0);
    await failureOf(
      clock,
      policy.run(() => Promise.reject(new Error('broken')), { signal }),
    );
    strictEqual(listeners(), 0);
    const leaving = new AbortController();
    const left = policy.run(hang, leaving);
    leaving.abort();
    await failureOf(clock, left);
    strictEqual(getEventListeners(leaving.signal, 'abort').length, 0);
  },

  async 'aborts the signal of the task with the reason of the caller'(policy, clock) {
    const controller = new AbortController();
    let early: AbortSignal | undefined;
    let context: CallContext | undefined;
    const run = policy.run((given) => {
      context = given;
      early = given.signal;
      return hang();
    }, controller);
    const failure = failureOf(clock, run);
    await clock.advance(0);
    controller.abort('gone');
    strictEqual(await failure, 'gone');
    ok(early?.aborted);
    strictEqual(early.reason, 'gone');
    strictEqual(context?.signal, early);
  },

  async 'does not abort the signal of a task that has ended'(policy, clock) {
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    let context: CallContext | undefined;
    const task = (given: CallContext) => {
      signals.push(given.signal);
      context = given;
    };
    await settled(clock, policy.run(task, controller));
    controller.abort();
    await clock.advance(1_000_000);
    deepStrictEqual(
      signals.map(({ aborted }) => aborted),
      [false],
    );
    strictEqual(context?.signal.aborted, false);
  },

  async 'tells the task the key, a first attempt, and a deadline no later than the one of the run'(policy, clock) {
    const facts = await settled(
      clock,
      policy.run(({ attempt, deadline, key }) => ({ attempt, deadline, key }), { key: 'eu', deadline: 500 }),
    );
    strictEqual(facts.attempt, 1);
    strictEqual(facts.key, 'eu');
    ok(facts.deadline !== undefined && facts.deadline <= 500);
  },

  async 'keeps calls apart'(policy, clock) {
    const [slow, aborted, fast] = [new AbortController(), new AbortController(), new AbortController()];
    const late = policy.run(() => clock.sleep(5).then(() => 'late'), slow);
    const gone = failureOf(clock, policy.run(hang, aborted));
    aborted.abort('gone');
    strictEqual(
      await settled(
        clock,
        policy.run(() => 'fast', fast),
      ),
      'fast',
    );
    strictEqual(await gone, 'gone');
    strictEqual(await settled(clock, late), 'late');
  },

  async 'handles the rejection of a task that nobody waits for any more'(policy, clock) {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const controller = new AbortController();
      let fail: (error: Error) => void = () => {};
      const task = () => new Promise<never>((_resolve, reject) => (fail = reject));
      const failure = failureOf(clock, policy.run(task, controller));
      await clock.advance(0);
      controller.abort('gone');
      strictEqual(await failure, 'gone');
      fail(new Error('too late'));
      await clock.advance(0);
      await clock.advance(0);
      deepStrictEqual(unhandled, []);
    } finally {
      process.off('unhandledRejection', note);
    }
  },

  async 'leaves no timer behind'(policy, clock) {
    await settled(
      clock,
      policy.run(async () => 1),
    );
    await failureOf(
      clock,
      policy.run(() => Promise.reject(new Error('broken'))),
    );
    const controller = new AbortController();
    const failure = failureOf(clock, policy.run(hang, controller));
    await clock.advance(0);
    controller.abort('gone');
    strictEqual(await failure, 'gone');
    strictEqual(clock.pending, 0);
  },

  async 'hands on what it was told to a policy inside it'(policy, clock, make) {
    const controller = new AbortController();
    const both = compose(policy, make({ clock }));
    let context: CallContext | undefined;
    const run = both.run(
      (given) => {
        context = given;
        return hang();
      },
      { signal: controller.signal, key: 'eu' },
    );
    const failure = failureOf(clock, run);
    await clock.advance(0);
    const key = context?.key;
    controller.abort('gone');
    strictEqual(await failure, 'gone');
    strictEqual(key, 'eu');
    strictEqual(context?.signal.reason, 'gone');
    strictEqual(
      await settled(
        clock,
        compose(make({ clock }), make({ clock })).run(() => 7),
      ),
      7,
    );
  },
};

/** Lets time pass until `run` has settled: a policy may wait before it answers, but not for ever, as one does that ignores an abort. */
async function settled<T>(clock: ManualClock, run: Promise<T>): Promise<T> {
  let done = false;
  const end = () => {
    done = true;
  };
  run.then(end, end);
  for (let step = 0; step < 100 && !done; step++) await clock.advance(step === 0 ? 0 : 1_000);
  ok(done, 'the run has not settled within 100 s of its clock');
  return run;
}

function failureOf(clock: ManualClock, run: Promise<unknown>): Promise<unknown> {
  const failure = settled(
    clock,
    run.then(
      () => ok(false, 'the run should have failed'),
      (error: unknown) => error,
    ),
  );
  // A case may break before it comes to wait for this.
  failure.catch(() => {});
  return failure;
}
