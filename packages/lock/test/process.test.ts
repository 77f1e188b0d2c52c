import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

async function run(worker: string): Promise<string> {
  const file = fileURLToPath(new URL(`./workers/${worker}.ts`, import.meta.url));
  const args = ['--conditions=@xc/source', '--import', 'tsx', file];
  return (await promisify(execFile)(process.execPath, args, { timeout: 60_000 })).stdout;
}

test('a script that waits for its turn is told that it did not come, and does not end before', async () => {
  expect(await run('second-acquire')).toBe('XC_LOCK_TIMEOUT\n');
});

test('a script ends though a lock that it may have been granted could not be given back', async () => {
  // It would be given back for an hour.
  expect(await run('failed-acquire')).toBe('XC_LOCK_UNAVAILABLE\n');
});
