import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the example on the front page runs, and prints what it says', async () => {
  const file = fileURLToPath(new URL('front-page.ts', import.meta.url));
  const hooks = new URL('../source-hooks.mjs', import.meta.url).href;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', hooks, file]);
  const [, promised] = /\/\/ (\{.*\})$/m.exec(await readFile(file, 'utf8')) ?? [];
  expect(stdout.trim()).toBe(promised);
});
