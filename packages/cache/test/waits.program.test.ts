import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('a script that waits for the load or the record of another node, or for a batch, does not end before', async () => {
  const file = fileURLToPath(new URL('./workers/waits.ts', import.meta.url));
  const args = ['--conditions=@xc/source', '--import', 'tsx', file];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  expect(stdout).toBe('taken over\nXC_CACHE_ONCE_BUSY\n1 2\n');
});
