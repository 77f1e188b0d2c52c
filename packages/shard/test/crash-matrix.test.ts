import { isXcError } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { type CrashPoint, crashPoint } from '../src/testing/index.ts';
import { type Play, play, playPaused, scenes } from './crash-world.ts';
import { PausePoint } from './pause-point.ts';

const forms = [
  { capture: 'log', fencing: 'data' },
  { capture: 'mirror', fencing: 'data' },
  { capture: 'log', fencing: 'lease' },
  { capture: 'mirror', fencing: 'lease' },
] as const;

const effects = ['lost', 'done'] as const;
const isLong = process.env.XC_LONG === '1';

const cases = forms.flatMap((form, at) => scenes.map((scene) => ({ form, scene, seed: 100 + at })));
const named = cases.map((each) => ({ ...each, name: `${each.scene}, ${each.form.capture} and ${each.form.fencing}` }));

test.for(named)(
  'a mover may die at any of its calls, before or after its effect: $name',
  async ({ form, scene, seed }) => {
    const counted = crashPoint();
    await play({ form, scene, seed, deaths: [counted] });
    const { length } = counted.calls;
    expect(length).toBeGreaterThan(20);
    for (let after = 0; after < length; after += 1) {
      for (const effect of effects) await played({ form, scene, seed, deaths: [crashPoint(after, effect)] });
    }
  },
);

const pairs = isLong ? Number.POSITIVE_INFINITY : 15;

test.for(named)('a second mover may die as well, wherever the first did: $name', async ({ form, scene, seed }) => {
  const counted = crashPoint();
  await play({ form, scene, seed, deaths: [counted] });
  const random = new SeededRandom(seed);
  for (const [first, second] of twice(counted.calls.length, random)) {
    await played({ form, scene, seed, deaths: [first, second] });
  }
});

/** All pairs of deaths, or as many of them as there is time for. */
function* twice(calls: number, random: SeededRandom): Generator<readonly [CrashPoint, CrashPoint]> {
  const all = calls * calls * 4;
  const point = (at: number): CrashPoint => crashPoint(at >> 1, effects[at & 1]);
  for (let taken = 0; taken < Math.min(all, pairs); taken += 1) {
    const at = isLong ? taken : Math.floor(random.next() * all);
    yield [point(Math.floor(at / (calls * 2))), point(at % (calls * 2))];
  }
}

test.for(forms.map((form, at) => ({ form, seed: 11 + at, name: `${form.capture}, ${form.fencing}` })))(
  'a mover may be stopped at any of its calls, and wake after its successor: $name',
  async ({ form, seed }) => {
    const whole = new PausePoint(Number.POSITIVE_INFINITY);
    expect(await playPaused({ form, seed, pause: whole })).toMatchObject({ ok: true });
    // Before that the job is not its own yet.
    const taken = 7;
    const every = isLong ? 1 : 4;
    const outcomes = new Set<string>();
    for (let after = taken + (seed % every); after < whole.calls; after += every) {
      const outcome = await playPaused({ form, seed, pause: new PausePoint(after) }).catch((error) => {
        throw new Error(`seed ${seed}, ${JSON.stringify(form)}: stopped after ${after} calls`, { cause: error });
      });
      outcomes.add(isXcError(outcome) ? outcome.code : 'through');
    }
    expect([...outcomes].sort()).toEqual(['XC_SHARD_JOURNAL_CONFLICT', 'XC_SHARD_MOVER_SUPERSEDED']);
  },
);

async function played(own: Play): Promise<void> {
  try {
    await play(own);
  } catch (error) {
    const deaths = own.deaths.map(({ after, effect, calls }) => `after ${after} calls, ${effect} (${calls.at(-1)})`);
    throw new Error(`seed ${own.seed}, ${own.scene}, ${JSON.stringify(own.form)}: died ${deaths.join(' and ')}`, {
      cause: error,
    });
  }
}
