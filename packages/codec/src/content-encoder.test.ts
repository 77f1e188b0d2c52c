import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { contentEncoder } from './content-encoder.ts';
import type { ContentCoding } from './negotiate.ts';

const body = Buffer.from('a response body, with much that repeats. '.repeat(5000));
const decoders: Record<ContentCoding, (bytes: Buffer) => Buffer> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  identity: (bytes) => bytes,
};
const codings = Object.keys(decoders) as ContentCoding[];

test.each(codings)('%s comes out as it went in', async (coding) => {
  const encoded = await buffer(Readable.from([body.subarray(0, 10), body.subarray(10)]).pipe(contentEncoder(coding)));
  expect(decoders[coding](encoded).equals(body)).toBe(true);
  if (coding !== 'identity') expect(encoded.length).toBeLessThan(body.length / 50);
});

test.each(codings)('%s takes an empty body', async (coding) => {
  const encoded = await buffer(Readable.from([]).pipe(contentEncoder(coding)));
  expect(decoders[coding](encoded).length).toBe(0);
});

test.each(['br', 'gzip'] as const)('%s sends each write on at once when asked to', async (coding) => {
  const encoder = contentEncoder(coding, { flushEachWrite: true });
  const { gunzip, brotli } = {
    gunzip: (await import('node:zlib')).createGunzip(),
    brotli: (await import('node:zlib')).createBrotliDecompress(),
  };
  const decoder = coding === 'gzip' ? gunzip : brotli;
  encoder.pipe(decoder);
  for (const event of ['data: one\n\n', 'data: two\n\n', 'data: three\n\n']) {
    encoder.write(event);
    const [chunk] = await once(decoder, 'data');
    expect(String(chunk)).toBe(event);
  }
  encoder.end();
  await once(decoder.resume(), 'end');
});

test.each(['br', 'gzip'] as const)('%s holds small writes back otherwise', async (coding) => {
  const encoder = contentEncoder(coding);
  const chunks: Buffer[] = [];
  encoder.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (let event = 0; event < 50; event += 1) await new Promise((done) => encoder.write('data: one\n\n', done));
  const early = Buffer.concat(chunks).length;
  encoder.end();
  await once(encoder, 'end');
  expect(early).toBeLessThanOrEqual(10);
  expect(decoders[coding](Buffer.concat(chunks)).toString()).toBe('data: one\n\n'.repeat(50));
});

test('ends with an error when its source does', async () => {
  const source = Readable.from(
    (async function* () {
      yield 'begun';
      throw new Error('the source broke');
    })(),
  );
  const encoder = contentEncoder('gzip');
  await expect(pipeline(source, encoder)).rejects.toThrow('the source broke');
  expect(encoder.destroyed).toBe(true);
});

test('tries as hard as it is told', async () => {
  const words = Buffer.from(Array.from({ length: 20_000 }, (_, at) => `w${(at * 7919) % 613} `).join(''));
  for (const coding of ['br', 'gzip'] as const) {
    const size = async (level: number) =>
      (await buffer(Readable.from([words]).pipe(contentEncoder(coding, { level })))).length;
    expect(await size(9)).toBeLessThan(await size(1));
  }
});

test.each([
  ['deflate', {}, TypeError, 'coding must be br, gzip or identity, got "deflate"'],
  [undefined, {}, TypeError, 'coding must be br, gzip or identity, got undefined'],
  ['br', { level: 12 }, RangeError, 'level must be an integer from 0 to 11, got 12'],
  ['gzip', { level: 0 }, RangeError, 'level must be an integer from 1 to 9, got 0'],
  ['gzip', { flushEachWrite: 'yes' }, TypeError, 'flushEachWrite must be a boolean, got string'],
  ['gzip', { flush: true }, TypeError, 'contentEncoder has no option "flush"'],
])('refuses %s with %j', (coding, options, type, message) => {
  expect(() => contentEncoder(coding as never, options as never)).toThrow(type as typeof Error);
  expect(() => contentEncoder(coding as never, options as never)).toThrow(message);
});
