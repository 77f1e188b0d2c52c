import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { timed } from './timed.ts';

const clock = new ManualClock();

function recorded(): { readonly cell: { record(value: number): void }; readonly seconds: () => readonly number[] } {
  const meter = new RecordingMeter();
  return { cell: meter.histogram({ name: 'a', help: 'A.' }).at(), seconds: () => meter.observations('a') };
}

test('a result and a throw are recorded once, and passed on', () => {
  const { cell, seconds } = recorded();
  const error = new Error('no');
  expect(timed(cell, () => 5, { clock })).toBe(5);
  expect(() =>
    timed(
      cell,
      () => {
        throw error;
      },
      { clock },
    ),
  ).toThrow(error);
  expect(seconds()).toEqual([0, 0]);
});

test('a promise is recorded when it settles, and is the one that came', async () => {
  const { cell, seconds } = recorded();
  const promise = clock.sleep(1_500);
  const failing = clock.sleep(500).then(() => {
    throw new Error('no');
  });
  expect(timed(cell, () => promise, { clock })).toBe(promise);
  const same = timed(cell, () => failing, { clock });
  expect(same).toBe(failing);
  const caught = expect(same).rejects.toThrow('no');
  await clock.advance(1_500);
  await caught;
  expect(seconds()).toEqual([0.5, 1.5]);
});

test('a thenable that fails is recorded, and its error passed on', async () => {
  const { cell, seconds } = recorded();
  const error = new Error('no');
  // biome-ignore lint/suspicious/noThenProperty: a thenable of somebody else is what is tested
  const thenable = { then: (_ok: unknown, no: (error: Error) => void) => no(error) };
  await expect(timed(cell, () => thenable, { clock })).rejects.toBe(error);
  expect(seconds()).toEqual([0]);
});

test('by the system clock where none is given', () => {
  const { cell, seconds } = recorded();
  timed(cell, () => null);
  expect(seconds()[0]).toBeGreaterThanOrEqual(0);
});
