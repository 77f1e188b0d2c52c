import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('a script that waits for results has them all before it ends, and ends then', async () => {
  const file = fileURLToPath(new URL('./workers/waits.ts', import.meta.url));
  const args = ['--conditions=@xc/source', '--import', 'tsx', file];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  expect(stdout).toBe('second\nundefined\nXC_QUEUE_RESULT_TIMEOUT\n');
});
