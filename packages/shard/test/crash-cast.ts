import { type Play, play, scenes } from './crash-world.ts';

/** Set where there is time for every play there is. */
export const isLong = process.env.XC_LONG === '1';

/** Of one test, in ms: seconds are enough on a machine that is free; for all pairs an hour may not be. */
export const timeout = isLong ? 3 * 3_600_000 : 180_000;

export const effects = ['lost', 'done'] as const;

const captures = ['log', 'mirror'] as const;
const fencings = ['data', 'lease'] as const;

/** Every form that data comes in. */
export const forms = captures.flatMap((capture) =>
  fencings.map((fencing) => ({ name: `${capture}, ${fencing}`, form: { capture, fencing } })),
);

/** Every scene in every form. */
export const castings = forms.flatMap(({ name, form }, at) =>
  scenes.map((scene) => ({ name: `${scene}, ${name}`, form, scene, seed: 100 + at })),
);

/** Plays; what is wrong comes with all that is needed to play it again. */
export async function played(own: Play): Promise<void> {
  try {
    await play(own);
  } catch (error) {
    const deaths = own.deaths.map(({ after, effect, calls }) => `after ${after} calls, ${effect} (${calls.at(-1)})`);
    const { seed, scene, form } = own;
    throw new Error(`seed ${seed}, ${scene}, ${JSON.stringify(form)}: died ${deaths.join(' and ')}`, { cause: error });
  }
}
