import { SeededRandom } from '@xc/core/testing';
import { Redis } from 'ioredis';
import { expect, inject, test } from 'vitest';
import { slotOf } from './slot.ts';

const CORNERS = [
  '',
  '{',
  '}',
  '{}',
  '}{',
  '{}{}',
  '{}{a}',
  'a{}',
  'a{}b',
  'foo{}{bar}',
  '{a}',
  '{a}{b}',
  'x{a}y{b}z',
].concat([
  '{{a}}',
  '{a{b}c}',
  'a}b{c}d',
  'a{b',
  '{a}}',
  '{ }',
  '{\n}',
  '{\0}',
  '\0',
  'é{ü}',
  '{é',
  '日{}本{語}',
  '🜚{🜛}',
  '\ud800',
  '{\udfff}x',
]);

test('agrees with the server on 10,000 random keys and on every corner case', async () => {
  const [node] = inject('cluster');
  const client = new Redis({ ...node, lazyConnect: false });
  try {
    const random = new SeededRandom(20_250_101);
    const keys: (string | Buffer)[] = [...CORNERS];
    for (let count = 0; count < 10_000; count += 1) keys.push(count % 2 ? randomText(random) : randomBytes(random));
    const pipeline = client.pipeline();
    for (const key of keys) pipeline.call('CLUSTER', 'KEYSLOT', key);
    const replies = (await pipeline.exec()) ?? [];
    expect(replies).toHaveLength(keys.length);
    const wrong = keys.filter((key, index) => replies[index]?.[0] !== null || replies[index]?.[1] !== slotOf(key));
    expect(wrong).toEqual([]);
  } finally {
    client.disconnect();
  }
});

// Few letters and many braces, so that every shape of tag turns up.
const LETTERS = ['{', '{', '}', '}', 'a', 'b', '\u0000', 'é', '日', '🜛'];

function randomText(random: SeededRandom): string {
  const length = Math.floor(random.next() * 12);
  return Array.from({ length }, () => LETTERS[Math.floor(random.next() * LETTERS.length)]).join('');
}

function randomBytes(random: SeededRandom): Buffer {
  const length = Math.floor(random.next() * 24);
  return Buffer.from(
    Array.from({ length }, () => {
      const pick = random.next();
      return pick < 0.15 ? 0x7b : pick < 0.3 ? 0x7d : Math.floor(random.next() * 256);
    }),
  );
}
