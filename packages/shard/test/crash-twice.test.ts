import { isXcError } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { type CrashPoint, crashPoint } from '../src/testing/index.ts';
import { castings, effects, forms, isLong, played, timeout } from './crash-cast.ts';
import { play, playPaused } from './crash-world.ts';
import { PausePoint } from './pause-point.ts';

test.for(castings)(
  'a second mover may die as well, wherever the first did: $name',
  { timeout },
  async ({ name: _, ...cast }) => {
    const counted = crashPoint();
    await play({ ...cast, deaths: [counted] });
    for (const deaths of pairs(counted.calls.length, new SeededRandom(cast.seed))) await played({ ...cast, deaths });
  },
);

test.for(forms)(
  'a mover may be stopped at any of its calls, and wake after its successor: $name',
  async ({ name, form }) => {
    const seed = 11;
    const whole = new PausePoint(Number.POSITIVE_INFINITY);
    expect(await playPaused({ form, seed, pause: whole })).toMatchObject({ ok: true });
    // Before that the job is not its own yet.
    const taken = 7;
    const outcomes = new Set<string>();
    for (let after = taken; after < whole.calls; after += isLong ? 1 : 3) {
      const outcome = await playPaused({ form, seed, pause: new PausePoint(after) }).catch((error) => {
        throw new Error(`seed ${seed}, ${name}: stopped after ${after} calls`, { cause: error });
      });
      outcomes.add(isXcError(outcome) ? outcome.code : 'through');
    }
    expect([...outcomes].sort()).toEqual(['XC_SHARD_JOURNAL_CONFLICT', 'XC_SHARD_MOVER_SUPERSEDED']);
  },
);

test.for(forms)(
  'whatever a mover does that wakes when all is over, is without effect or found by repair: $name',
  { timeout },
  async ({ name, form }) => {
    const seed = 12;
    const whole = new PausePoint(Number.POSITIVE_INFINITY);
    await playPaused({ form, seed, pause: whole });
    const taken = 7;
    for (let after = taken; after < whole.calls - 4; after += isLong ? 1 : 4) {
      const pause = new PausePoint(after);
      await playPaused({ form, seed, pause, successor: 'abort', isLate: true }).catch((error) => {
        throw new Error(`seed ${seed}, ${name}: stopped after ${after} calls`, { cause: error });
      });
    }
  },
);

/** All pairs of deaths, or as many of them as there is time for. */
function* pairs(calls: number, random: SeededRandom): Generator<readonly [CrashPoint, CrashPoint]> {
  const points = calls * effects.length;
  const all = points * points;
  const point = (at: number): CrashPoint => crashPoint(at >> 1, effects[at & 1]);
  for (let taken = 0; taken < (isLong ? all : 20); taken += 1) {
    const at = isLong ? taken : Math.floor(random.next() * all);
    yield [point(Math.floor(at / points)), point(at % points)];
  }
}
