import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createLz4Block } from './lz4-block.ts';

// Thousands of runs, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

interface Vectors {
  readonly cases: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly raw: string;
    readonly block: string;
  }[];
}

const vectors: Vectors = JSON.parse(readFileSync(new URL('../test/vectors/lz4-block.json', import.meta.url), 'utf8'));
const lz4 = createLz4Block();

function compress(raw: Uint8Array): Uint8Array {
  const block = lz4.compress(raw, raw.byteLength + Math.ceil(raw.byteLength / 255) + 16);
  if (block === undefined) throw new Error('the block outgrew the bound of the format');
  return block.slice();
}

describe('against blocks of the reference library', () => {
  test.each(vectors.cases)('decompresses $name', ({ raw, block, bytes }) => {
    const result = lz4.decompress(Buffer.from(block, 'base64'), bytes);
    expect(Buffer.compare(result ?? Buffer.alloc(0), inflateSync(Buffer.from(raw, 'base64')))).toBe(0);
  });

  test.each(vectors.cases)('compresses $name to a block of its own that makes the same bytes', ({ raw }) => {
    const bytes = inflateSync(Buffer.from(raw, 'base64'));
    expect(Buffer.compare(lz4.decompress(compress(bytes), bytes.byteLength) ?? Buffer.alloc(1), bytes)).toBe(0);
  });

  test.each(vectors.cases)('refuses $name with any other size', ({ block, bytes }) => {
    for (const size of [bytes - 1, bytes + 1, bytes + 1000, 0, 2 ** 32 - 1]) {
      if (size === bytes || size < 0) continue;
      expect(lz4.decompress(Buffer.from(block, 'base64'), size)).toBeUndefined();
    }
  });
});

describe('with any bytes', () => {
  const repetitive = fc
    .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 60 })), { maxLength: 30 })
    .map((runs) => Buffer.concat(runs.flatMap(([run, times]) => Array.from({ length: times }, () => run))));

  test('gives back what it compressed', () => {
    fc.assert(
      fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 600 })), (raw) => {
        const again = lz4.decompress(compress(raw), raw.byteLength);
        expect(Buffer.compare(again ?? Buffer.from('none'), raw)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  test('ends every block as the format demands: five literals, no match within the last twelve bytes', () => {
    fc.assert(
      fc.property(repetitive, (raw) => {
        const { lastMatchStart, literals } = lastSequence(compress(raw));
        expect(literals).toBeGreaterThanOrEqual(Math.min(5, raw.byteLength));
        expect(raw.byteLength - lastMatchStart).toBeGreaterThanOrEqual(12);
      }),
    );
  });

  test('gives up when the block would take more than allowed, and only then', () => {
    fc.assert(
      fc.property(repetitive, (raw) => {
        const size = compress(raw).byteLength;
        expect(lz4.compress(raw, size - 1)).toBeUndefined();
        // A sequence is bounded before it is written, by at most three bytes more than it takes.
        expect(lz4.compress(raw, size + 3)?.byteLength).toBe(size);
      }),
    );
  });

  test('decompresses 200,000 damaged blocks to nothing or to as many bytes as claimed', () => {
    const random = new SeededRandom(4);
    const pick = (below: number) => Math.floor(random.next() * below);
    const blocks = vectors.cases.filter(({ block }) => block.length < 4000);
    for (let run = 0; run < 200_000; run += 1) {
      const { block, bytes } = blocks[pick(blocks.length)] ?? { block: '', bytes: 0 };
      const damaged = Buffer.from(block, 'base64');
      for (let flips = pick(4); flips >= 0; flips -= 1) {
        if (damaged.length > 0) damaged[pick(damaged.length)] = [0, 255, pick(256), 15, 240][pick(5)] ?? 0;
      }
      const cut = pick(3) === 0 ? damaged.subarray(0, pick(damaged.length + 1)) : damaged;
      const claimed = pick(2) === 0 ? bytes : pick(70_000);
      const result = lz4.decompress(cut, claimed);
      if (result !== undefined && result.byteLength !== claimed) expect.fail(`${result.byteLength} for ${claimed}`);
    }
    const { raw, block, bytes } = vectors.cases.find(({ name }) => name === 'JSON') ?? { raw: '', block: '', bytes: 0 };
    const after = lz4.decompress(Buffer.from(block, 'base64'), bytes);
    expect(Buffer.compare(after ?? Buffer.alloc(0), inflateSync(Buffer.from(raw, 'base64')))).toBe(0);
  });
});

describe('memory', () => {
  test('takes inputs beyond its scratch memory, and keeps to small ones afterwards', () => {
    const large = Buffer.alloc(5_000_000, 'all work and no play makes a dull buffer; ');
    const block = compress(large);
    expect(block.byteLength).toBeLessThan(large.byteLength / 100);
    expect(Buffer.compare(lz4.decompress(block, large.byteLength) ?? Buffer.alloc(0), large)).toBe(0);
    const small = compress(Buffer.alloc(1000, 7));
    expect(lz4.decompress(small, 1000)?.buffer.byteLength).toBe(1_048_576);
  });

  test('refuses a size that no block of that length can make, without taking memory for it', () => {
    const host = globalThis as unknown as { WebAssembly: { Instance: new (module: object) => object } };
    const { Instance } = host.WebAssembly;
    let made = 0;
    host.WebAssembly.Instance = class extends Instance {
      constructor(module: object) {
        super(module);
        made += 1;
      }
    };
    for (const [block, claimed] of [
      [20, 2 ** 32 - 1],
      [20, 2 ** 30],
      [10_000, 10_000 * 255 + 1],
      [0, 0],
    ] as const) {
      expect(lz4.decompress(Buffer.alloc(block), claimed)).toBeUndefined();
    }
    expect(made).toBe(0);
    lz4.decompress(Buffer.alloc(10_000), 10_000 * 255);
    expect(made).toBe(1);
    host.WebAssembly.Instance = Instance;
  });
});

/** Walks a block to its end. */
function lastSequence(block: Uint8Array): { literals: number; lastMatchStart: number } {
  let at = 0;
  let out = 0;
  let lastMatchStart = Number.NEGATIVE_INFINITY;
  const long = (nibble: number) => {
    let length = nibble;
    if (nibble === 15) for (let more = 255; more === 255; length += more) more = block[at++] ?? 0;
    return length;
  };
  for (;;) {
    const token = block[at++] ?? 0;
    const literals = long(token >> 4);
    at += literals;
    out += literals;
    if (at >= block.byteLength) return { literals, lastMatchStart };
    at += 2;
    lastMatchStart = out;
    out += long(token & 15) + 4;
  }
}
