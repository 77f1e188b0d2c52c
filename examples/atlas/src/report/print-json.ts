import { allHeld, type Outcome, type Played } from './outcome.ts';

/**
 * The figures for programs. Durations are milliseconds, rates ratios; null is what never happened or could not be
 * measured.
 */
export function printJson(outcome: Outcome, redis: string | undefined): string {
  const { played, seed, machine, at } = outcome;
  const acts = played.map(({ act, performance, failure }) => {
    const figures = performance?.figures ?? [];
    const compared = figures.filter(({ before }) => before !== undefined);
    return [
      act.name,
      {
        figures: Object.fromEntries(figures.map(({ name, value }) => [name, finite(value)])),
        before: Object.fromEntries(compared.map(({ name, before }) => [name, finite(before)])),
        ...(failure === undefined ? {} : { failure }),
      },
    ] as const;
  });
  const promises = played.flatMap(({ verdicts }) =>
    verdicts.map(({ act, promise, measured, held }) => ({ act, promise, measured: finite(measured?.value), held })),
  );
  const all = {
    at,
    machine,
    seed,
    redis: { given: redis ?? null, usedBy: redis === undefined ? [] : played.flatMap(usesRedis) },
    acts: Object.fromEntries(acts),
    promises,
    held: allHeld(outcome),
  };
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

function usesRedis({ act }: Played): string[] {
  return act.usesRedis === true ? [act.name] : [];
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
