import { isXcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import vectors from '../../test/vectors/shard.json' with { type: 'json' };
import { customPartitions } from './custom-partitions.ts';
import { directoryPartitions } from './directory-partitions.ts';
import { type HashPartitionsOptions, hashPartitions } from './hash-partitions.ts';
import { rangePartitions } from './range-partitions.ts';
import { redisSlots } from './redis-slots.ts';
import { regionPartitions } from './region-partitions.ts';
import { tenantPartitions } from './tenant-partitions.ts';
import { timePartitions } from './time-partitions.ts';

const signal = new AbortController().signal;

function codeOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return isXcError(error) ? error.code : error;
  }
  return undefined;
}

test('keys are in the partitions that the vectors pin', () => {
  for (const { options, key, partition } of vectors.partitions) {
    expect(hashPartitions(options as HashPartitionsOptions).of(key), JSON.stringify({ options, key })).toBe(partition);
  }
  for (const { bigint, partition } of vectors.bigintPartitions) {
    expect(hashPartitions().of(BigInt(bigint))).toBe(partition);
    expect(hashPartitions().of(bigint)).toBe(partition);
  }
  expect(hashPartitions().id).toBe('hash:xxh32:4096:0');
  expect(hashPartitions({ hash: 'xxh64', partitions: 7, seed: 9 }).id).toBe('hash:xxh64:7:9');
});

test('a key that is none is refused, naming what came', () => {
  const { of } = hashPartitions();
  expect(() => of(1.5)).toThrow('key must be a string, a safe integer, a bigint or bytes, got 1.5');
  for (const key of [undefined, null, true, {}, Number.NaN, 2 ** 53, new Date(), ['a'], Symbol.iterator]) {
    expect(() => of(key as never)).toThrow(TypeError);
  }
});

test('refuses options of hashPartitions that are none', () => {
  for (const partitions of [0, 65_537, 1.5, '8']) {
    expect(() => hashPartitions({ partitions: partitions as number })).toThrow(
      'partitions must be an integer from 1 to 65536',
    );
  }
  expect(() => hashPartitions({ hash: 'md5' as never })).toThrow(
    'hash must be one of xxh32, xxh64, murmur3, fnv1a, crc16, got "md5"',
  );
  expect(() => hashPartitions({ seed: -1 })).toThrow(RangeError);
});

test('slots of Redis are partitions', () => {
  for (const { key, slot } of vectors.slots) expect(redisSlots().of(key)).toBe(slot);
  expect(redisSlots().partitions).toBe(16_384);
});

test('ranges begin with their bound, and order text by its bytes', () => {
  const range = rangePartitions({ bounds: ['b', 'm', '\uffff', '😀'] });
  expect(['', 'a', 'b', 'bz', 'm', 'z', '\uffff', '\uffffz', '😀', '😁'].map((key) => range.of(key))).toEqual([
    0, 0, 1, 1, 2, 2, 3, 3, 4, 4,
  ]);
  const numbers = rangePartitions({ bounds: [-5, 0, 10] });
  expect([-6, -5, -1, 0, 9, 10, 11n].map((key) => numbers.of(key))).toEqual([0, 1, 1, 2, 2, 3, 3]);
  expect(() => numbers.of('5')).toThrow('key must be a safe integer or a bigint, got "5"');
  expect(() => range.of(5)).toThrow('key must be a string, got 5');
});

test('text is ordered as its bytes are', () => {
  const texts = fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(texts, fc.string({ unit: 'binary' }), (some, key) => {
      const bounds = [...new Set(some)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const expected = bounds.filter((bound) => Buffer.compare(Buffer.from(bound), Buffer.from(key)) <= 0).length;
      expect(rangePartitions({ bounds }).of(key)).toBe(expected);
    }),
  );
});

test('refuses bounds that do not ascend, or are of several kinds', () => {
  for (const bounds of [['b', 'a'], ['a', 'a'], ['a', 1], [1, 1n], [2, 1], [Number.NaN], []]) {
    expect(() => rangePartitions({ bounds: bounds as never }), String(bounds)).toThrow(RangeError);
  }
  expect(() => rangePartitions({ bounds: 'abc' as never })).toThrow(TypeError);
});

test('a range of keys lies in the partitions between, and in no others', () => {
  fc.assert(
    fc.property(fc.integer({ min: -20, max: 120 }), fc.integer({ min: -20, max: 120 }), (from, to) => {
      const range = rangePartitions({ bounds: [0, 10, 20, 50, 51, 99] });
      const time = timePartitions({ everyMs: 7, originMs: 3, partitions: 5 });
      for (const partitioner of [range, time]) {
        const expected = new Set<number>();
        for (let key = from; key < to; key += 1) expected.add(partitioner.of(key));
        expect(partitioner.between?.(from, to)).toEqual([...expected].sort((a, b) => a - b));
      }
    }),
    { numRuns: 500 },
  );
});

test('a torn surrogate is where its bytes are', () => {
  const bounds = ['b', 'd', 'é', '\ufffc', '\uffff', '😀'];
  const range = rangePartitions({ bounds });
  const torn = fc.array(fc.constantFrom('a', 'c', '\ud83d', '\ude00', '\ufffd', '\uffff', '😀'), { maxLength: 4 });
  fc.assert(
    fc.property(torn, (units) => {
      const bytes = Buffer.from(units.join(''));
      expect(range.of(units.join(''))).toBe(range.of(bytes.toString('utf8')));
      const below = bounds.filter((bound) => Buffer.compare(Buffer.from(bound), bytes) <= 0).length;
      expect(range.of(units.join(''))).toBe(below);
    }),
    { numRuns: 500 },
  );
  expect(() => rangePartitions({ bounds: ['\ufffd', '\ud800'] })).toThrow(RangeError);
});

test('time goes round the partitions, before the origin as well', () => {
  const time = timePartitions({ everyMs: 1_000, originMs: 500, partitions: 3 });
  expect([-501, -500, 499, 500, 1_499, 1_500, 3_500, 3_500n].map((key) => time.of(key))).toEqual([
    1, 2, 2, 0, 0, 1, 0, 0,
  ]);
  for (const key of ['1', 1.5, new Date(0)]) expect(() => time.of(key as never)).toThrow(TypeError);
  expect(() => timePartitions({ everyMs: 0, partitions: 2 })).toThrow(RangeError);
});

test('a tenant is in one partition, or in as many neighbours as it spreads over', () => {
  const spread = tenantPartitions({ partitions: 64, spreadOf: (tenant) => (tenant === 'big' ? 5 : 1) });
  const homes = (tenant: string) =>
    [...new Set(Array.from({ length: 500 }, (_, entity) => spread.of([tenant, entity])))].sort((a, b) => a - b);
  expect(homes('small')).toHaveLength(1);
  expect(homes('big')).toHaveLength(5);
  for (const tenant of ['small', 'big']) expect(spread.under?.([tenant])).toEqual(homes(tenant));
  expect(spread.under?.(['big', 7])).toEqual([spread.of(['big', 7])]);
  for (const key of ['big', ['big'], ['big', 1, 2], [true, 1], ['a', 1.5]]) {
    expect(() => spread.of(key as never), String(key)).toThrow(TypeError);
  }
  expect(() => tenantPartitions({ partitions: 4, spreadOf: () => 5 }).of(['a', 1])).toThrow(RangeError);
});

test('data never leaves its region', () => {
  const region = regionPartitions({ regions: { eu: 10, us: 20 } });
  expect(region.partitions).toBe(30);
  for (let id = 0; id < 300; id += 1) {
    expect(region.of(['eu', id])).toBeLessThan(10);
    expect(region.of(['us', id])).toBeGreaterThanOrEqual(10);
  }
  expect(region.under?.(['eu'])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(region.under?.(['us', 5])).toEqual([region.of(['us', 5])]);
  expect(codeOf(() => region.of(['mars', 1]))).toBe('XC_SHARD_NO_PARTITION');
  expect(codeOf(() => region.of(['__proto__', 1]))).toBe('XC_SHARD_NO_PARTITION');
  expect(() => regionPartitions({ regions: {} })).toThrow(TypeError);
  expect(() => regionPartitions({ regions: { eu: 0 } })).toThrow(RangeError);
  expect(() => regionPartitions({ regions: { eu: 40_000, us: 40_000 } })).toThrow(RangeError);
});

test('a function of your own may answer nothing but its partitions', () => {
  const own = customPartitions({ id: 'own', partitions: 4, of: (key) => (key === 'far' ? 4 : 3) });
  expect([own.id, own.of('near')]).toEqual(['own', 3]);
  expect(codeOf(() => own.of('far'))).toBe('XC_SHARD_NO_PARTITION');
  for (const id of ['', 'a\nb', 5 as never])
    expect(() => customPartitions({ id, partitions: 4, of: () => 0 })).toThrow('id must be a text without control');
  expect([42, 42n, new Uint8Array(2), ['a', 1]].map((key) => own.of(key))).toEqual([3, 3, 3, 3]);
  for (const key of [undefined, null, true, {}, Number.NaN, 1.5, 2 ** 53, new Date(0), ['a', null]]) {
    expect(() => own.of(key as never)).toThrow(/^key must be a string, a safe integer, a bigint or bytes, got /);
  }
});

test('a directory is asked once for all keys of a turn, and remembers', async () => {
  const clock = new ManualClock();
  const lookup = vi.fn(
    async (keys: readonly string[]) => new Map(keys.filter((key) => key === 'vip').map((key) => [key, 7])),
  );
  const directory = directoryPartitions({
    lookup,
    fallback: hashPartitions({ partitions: 64 }),
    cacheTtlMs: 1_000,
    clock,
  });
  const locate = (...keys: string[]) => directory.locate?.(keys, signal);
  const fallback = hashPartitions({ partitions: 64 });
  expect(codeOf(() => directory.of('vip'))).toBe('XC_SHARD_NO_PARTITION');
  expect(await Promise.all([locate('vip', 'a', 'vip'), locate('b', 'a')])).toEqual([
    [7, fallback.of('a'), 7],
    [fallback.of('b'), fallback.of('a')],
  ]);
  expect(lookup.mock.calls.map(([keys]) => keys)).toEqual([['vip', 'a', 'b']]);
  expect([directory.of('vip'), directory.of('a')]).toEqual([7, fallback.of('a')]);
  await locate('vip', 'a');
  expect(lookup).toHaveBeenCalledTimes(1);
  await clock.advance(1_000);
  await locate('vip');
  expect(lookup).toHaveBeenCalledTimes(2);
});

test('a directory forgets what was longest unused', async () => {
  const lookup = vi.fn(async () => new Map<string, number>());
  const directory = directoryPartitions({ lookup, fallback: hashPartitions(), cacheSize: 2 });
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await directory.locate?.([key], signal);
  expect(lookup.mock.calls.flat(2).filter((part) => typeof part === 'string')).toEqual(['a', 'b', 'c', 'b']);
});

test('a failed or absurd answer of a directory fails its askers, and is not remembered', async () => {
  const answers = [new Error('away'), new Map([['a', 99]]), new Map([['a', 1]])];
  const lookup = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer as Map<string, number>;
  };
  const directory = directoryPartitions({ lookup, fallback: hashPartitions({ partitions: 8 }), cacheSize: 0 });
  await expect(directory.locate?.(['a'], signal)).rejects.toThrow('away');
  await expect(directory.locate?.(['a'], signal)).rejects.toMatchObject({ code: 'XC_SHARD_NO_PARTITION' });
  await expect(directory.locate?.(['a'], signal)).resolves.toEqual([1]);
});

test('a look-up is given up with the last who waits for it', async () => {
  let given: AbortSignal | undefined;
  const directory = directoryPartitions({
    lookup: (_, own) => {
      given = own;
      return new Promise(() => undefined);
    },
    fallback: hashPartitions(),
  });
  const [one, other] = [new AbortController(), new AbortController()];
  const asked = [one, other].map((each) => directory.locate?.(['a'], each.signal));
  await Promise.resolve();
  await Promise.resolve();
  one.abort(new Error('first'));
  await expect(asked[0]).rejects.toThrow('first');
  expect(given?.aborted).toBe(false);
  other.abort(new Error('second'));
  await expect(asked[1]).rejects.toThrow('second');
  expect(given?.aborted).toBe(true);
});
