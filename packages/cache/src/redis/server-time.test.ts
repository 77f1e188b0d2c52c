import { expect, test } from 'vitest';
import { ServerTime } from './server-time.ts';

const one = {};
const other = {};

test('goes with our clock from what was learned, and is asked again a second later', () => {
  const time = new ServerTime();
  expect(time.at(0, one)).toBeUndefined();
  expect(time.learn(['1000', '250000'], 100, 102, one)).toBe(1_000_250);
  expect(time.at(100, one)).toBe(1_000_250);
  expect(time.at(1_099, one)).toBe(1_001_249);
  expect(time.at(1_100, one)).toBeUndefined();
});

test('is never behind the server, whenever in the round trip it answered', () => {
  const time = new ServerTime();
  // Asked at 100, answered at 140, heard at 150: the server is at 5,000 then, and at 5,010 when it is heard.
  time.learn([5, 0], 100, 150, one);
  expect(time.at(150, one)).toBeGreaterThanOrEqual(5_010);
  expect(time.at(150, one)).toBeLessThanOrEqual(5_010 + 50);
});

test('is not kept for another connection, nor after an answer that took long', () => {
  const time = new ServerTime();
  time.learn([1, 0], 0, 1, one);
  expect(time.at(1, other)).toBeUndefined();
  expect(time.learn([2, 0], 10, 200, other)).toBe(2_000);
  expect(time.at(200, other)).toBeUndefined();
});
