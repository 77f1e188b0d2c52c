import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compileLz4 } from '../wasm/build.ts';

test('carries exactly the module that wasm/lz4-block.ts compiles to', { timeout: 60_000 }, async () => {
  const carried = await readFile(new URL('../src/lz4-wasm.ts', import.meta.url), 'utf8');
  expect(carried).toBe(await compileLz4());
});
