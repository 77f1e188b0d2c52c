import { MemoryLogger, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { calmRandom } from './calm-random.ts';

test('gives what the randomness gives', () => {
  const logger = new MemoryLogger();
  const [one, other] = [new SeededRandom(1), calmRandom(new SeededRandom(1), logger, 'main')];
  for (let n = 0; n < 5; n += 1) expect(other.next()).toBe(one.next());
  expect(logger.lines).toEqual([]);
});

test('gives the middle for what is no number in [0, 1), and says so once', () => {
  const logger = new MemoryLogger();
  const numbers = [Number.NaN, 1, -0.1, Number.POSITIVE_INFINITY, 0.25];
  const random = calmRandom({ next: () => numbers.shift() as number }, logger, 'main');
  expect([random.next(), random.next(), random.next(), random.next(), random.next()]).toEqual([
    0.5, 0.5, 0.5, 0.5, 0.25,
  ]);
  expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
});

test('gives the middle where the randomness throws', () => {
  const random = calmRandom(
    {
      next() {
        throw new Error('no dice');
      },
    },
    new MemoryLogger(),
    'main',
  );
  expect(random.next()).toBe(0.5);
});
