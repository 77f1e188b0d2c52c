import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformWithEsbuild } from 'vite';
import { expect, test } from 'vitest';

const file = join(import.meta.dirname, '..', 'setup.mjs');

test('starts with a file that a Node of years ago can read', async () => {
  const text = readFileSync(file, 'utf8');
  const write = async (target: string): Promise<string> =>
    (await transformWithEsbuild(text, file, { target, sourcemap: false })).code;
  expect(await write('node12.22')).toBe(await write('esnext'));
  expect(text).not.toMatch(/^import /m);
});

test('asks for the Node that package.json names', () => {
  const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'));
  const [, version] = /^>=(.*)$/.exec(engines.node) ?? [];
  expect(readFileSync(file, 'utf8')).toContain(`Node ${version} or newer`);
});
