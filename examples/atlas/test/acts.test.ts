import { expect, test } from 'vitest';
import type { Act } from '../src/acts/act.ts';
import { program } from '../src/acts/program.ts';
import { verdicts } from '../src/acts/verdict.ts';

const act: Act = {
  name: 'test',
  shows: 'A test.',
  promises: [{ says: 'in under 5 s', figure: 'detectedMs', holds: (ms) => ms < 5_000 }],
  run: async () => ({ figures: [], charts: [] }),
};
const measured = (value: number | undefined) => ({
  figures: [{ name: 'detectedMs', says: 'detected', unit: 'ms', value } as const],
  charts: [],
});

test('the program begins with the service without us', () => {
  expect(program.map(({ name }) => name)).toEqual([
    'bare',
    'pool',
    'cache',
    'outage',
    'abuse',
    'jobs',
    'shards',
    'watch',
  ]);
});

test('every act says what it shows, under a name that can be typed', () => {
  for (const { name, shows } of program) {
    expect(name).toMatch(/^[a-z][a-z-]*$/);
    expect(shows).toMatch(/^[A-Z].*\.$/);
  }
  expect(new Set(program.map(({ name }) => name)).size).toBe(program.length);
});

test('a promise is held when its figure says so', () => {
  expect(verdicts(act, measured(4_999))[0]).toMatchObject({ act: 'test', promise: 'in under 5 s', held: true });
  expect(verdicts(act, measured(5_000))[0]?.held).toBe(false);
});

test('what never happened, was not measured or is missing was not held', () => {
  expect(verdicts(act, measured(Number.POSITIVE_INFINITY))[0]?.held).toBe(false);
  expect(verdicts(act, measured(undefined))[0]?.held).toBe(false);
  expect(verdicts(act, { figures: [], charts: [] })[0]).toMatchObject({ measured: undefined, held: false });
  expect(verdicts(act, undefined)[0]?.held).toBe(false);
});

test.each(program.flatMap(({ name, promises }) => promises.map((promise) => [name, promise.says, promise] as const)))(
  '%s: the promise "%s" can be broken',
  (_, __, { holds }) => {
    expect(holds(Number.POSITIVE_INFINITY)).toBe(false);
    // Of most figures little is good, of a share all of it.
    expect([holds(0), holds(1)]).toContain(true);
    expect([-1, 0, 2, Number.POSITIVE_INFINITY].every(holds)).toBe(false);
  },
);
