import { createHash, createHmac } from 'node:crypto';
import { slotOf } from '@xc/redis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LimitRule } from '../limits/limit-rule.ts';
import type { LimitOp } from '../store/limit-op.ts';
import { keyLayout } from './key-layout.ts';

const plain = keyLayout('xc:rl:', undefined);

function keysOf(changes: Partial<LimitOp>, layout = plain): readonly string[] {
  const keys: string[] = [];
  layout.push(
    { name: 'api', key: 'ada', rule: { limit: 1, windowMs: 1_000 }, cost: 1, enforce: true, ...changes },
    keys,
  );
  return keys;
}

test.for([
  [{ limit: 1, windowMs: 1_000 }, 'g1000'],
  [{ algorithm: 'gcra', limit: 1, windowMs: 50 }, 'g50'],
  [{ algorithm: 'bucket', limit: 1, windowMs: 1_000 }, 't1000'],
  [{ algorithm: 'sliding', limit: 1, windowMs: 1_000 }, 's1000'],
  [{ algorithm: 'fixed', limit: 1, windowMs: 1_000 }, 'f1000'],
  [{ algorithm: 'log', limit: 1, windowMs: 1_000 }, 'l1000'],
  [{ algorithm: 'quota', limit: 1, per: 'month' }, 'qmonth'],
  [{ algorithm: 'concurrency', limit: 1 }, 'c'],
] satisfies [LimitRule, string][])('%j is kept under ...:%s, its block under ...:b', ([rule, suffix]) => {
  expect(keysOf({ rule })).toEqual([`xc:rl:{ada}:api:${suffix}`, 'xc:rl:{ada}:api:b']);
});

test('puts the tag between the braces, and the key behind it', () => {
  expect(keysOf({ tag: 'tenant' })).toEqual(['xc:rl:{tenant}:ada:api:g1000', 'xc:rl:{tenant}:ada:api:b']);
});

test.for([
  ['}', '%7D'],
  ['{}', '%7B%7D'],
  ['a}{b', 'a%7D%7Bb'],
  ['100%', '100%25'],
  ['a\n\u0000b', 'a%0A%00b'],
  ['\u0085', '%C2%85'],
  ['\ud800', '%uD800'],
  [' ', ' '],
  ['\u{1f600}', '\u{1f600}'],
  ['__proto__', '__proto__'],
  ['xc:rl:{x}', 'xc:rl:%7Bx%7D'],
])('the key %j stands as %s', ([key, text]) => {
  expect(keysOf({ key })[0]).toBe(`xc:rl:{${text}}:api:g1000`);
});

test('long keys become their digest, of 22 characters', () => {
  const key = 'k'.repeat(121);
  const digest = createHash('sha256').update(key).digest('base64url').slice(0, 22);
  expect(keysOf({ key })[0]).toBe(`xc:rl:{${digest}}:api:g1000`);
  expect(keysOf({ key: 'x'.repeat(2 ** 20) })[0]).toHaveLength(`xc:rl:{${digest}}:api:g1000`.length);
  expect(keysOf({ key: 'k'.repeat(120) })[0]).toContain('k'.repeat(120));
});

test('a key that looks like the digest of another does not meet it', () => {
  const digest = createHash('sha256').update('k'.repeat(121)).digest('base64url').slice(0, 22);
  expect(keysOf({ key: digest })[0]).not.toBe(keysOf({ key: 'k'.repeat(121) })[0]);
});

test('with a secret, keys and tags go in as HMAC-SHA-256 and nothing of them shows', () => {
  const hashed = keyLayout('xc:rl:', 'secret');
  const hmac = (text: string) => createHmac('sha256', 'secret').update(text).digest('base64url').slice(0, 22);
  expect(keysOf({}, hashed)[0]).toBe(`xc:rl:{${hmac('ada')}}:api:g1000`);
  expect(keysOf({ tag: 'tenant' }, hashed)[0]).toBe(`xc:rl:{${hmac('tenant')}}:${hmac('ada')}:api:g1000`);
});

const text = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.constantFrom('{', '}', '{}', '%7B', '%', 'a:b', '\ud800', '\udfff'),
);

test('two keys never meet, with a tag or without, and all keys of a tag are in one slot', () => {
  fc.assert(
    fc.property(text, text, fc.option(text, { nil: undefined }), (one, other, tag) => {
      fc.pre(one !== other);
      const at = (key: string) => keysOf(tag === undefined ? { key } : { key, tag });
      expect(Buffer.from(at(one)[0] as string)).not.toEqual(Buffer.from(at(other)[0] as string));
      expect(keysOf({ key: one })[0]).not.toBe(keysOf({ key: other, tag: one })[0]);
      expect(new Set(at(one).map((key) => slotOf(key))).size).toBe(1);
      if (tag !== undefined) expect(slotOf(at(one)[0] as string)).toBe(slotOf(at(other)[0] as string));
      for (const key of at(one)) expect(key).toMatch(/^xc:rl:\{[^{}]+\}:[^{}]*[^{}:]+$/s);
    }),
    { numRuns: 2_000 },
  );
});
