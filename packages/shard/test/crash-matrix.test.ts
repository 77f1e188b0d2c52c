import { expect, test } from 'vitest';
import { crashPoint } from '../src/testing/index.ts';
import { castings, effects, played, timeout } from './crash-cast.ts';
import { play } from './crash-world.ts';

test.for(castings)(
  'a mover may die at any of its calls, before or after its effect: $name',
  { timeout },
  async ({ name: _, ...cast }) => {
    const counted = crashPoint();
    await play({ ...cast, deaths: [counted] });
    const { length } = counted.calls;
    expect(length).toBeGreaterThan(20);
    for (let after = 0; after < length; after += 1) {
      for (const effect of effects) await played({ ...cast, deaths: [crashPoint(after, effect)] });
    }
  },
);
