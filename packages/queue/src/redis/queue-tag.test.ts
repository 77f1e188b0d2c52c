import { readFileSync } from 'node:fs';
import { slotOf } from '@xc/redis';
import { expect, test } from 'vitest';
import { queueTag } from './queue-tag.ts';

interface TagVector {
  readonly name: string;
  readonly shard: number;
  readonly shards: number;
  readonly prefix: string;
  readonly tag: string;
  readonly slot: number;
}

const { tags } = JSON.parse(readFileSync(new URL('../../test/vectors/queue.json', import.meta.url), 'utf8')) as {
  readonly tags: readonly TagVector[];
};

test.for(tags)('names the tag of shard $shard of $shards of $name under $prefix', (vector) => {
  const tag = queueTag(vector.name, vector.shard, vector.shards, vector.prefix);
  expect(tag).toBe(vector.tag);
  expect(slotOf(tag)).toBe(vector.slot);
});

test('takes one shard and the usual prefix where nothing else is said', () => {
  expect(queueTag('main')).toBe('xc:q:main');
});

test('refuses a shard that there is not', () => {
  expect(() => queueTag('main', 0, 0)).toThrow(new RangeError('shards must be an integer from 1 to 64, got 0'));
  expect(() => queueTag('main', 0, 65)).toThrow(RangeError);
  expect(() => queueTag('main', 2, 2)).toThrow(new RangeError('shard must be an integer from 0 to 1, got 2'));
  expect(() => queueTag('main', 0.5, 2)).toThrow(RangeError);
});
