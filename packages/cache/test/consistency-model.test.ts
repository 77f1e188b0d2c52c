import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runSeed } from '@xc/test-support/run-seed';
import { test } from 'vitest';

const RUNS = process.env.XC_LONG === '1' ? 100_000 : 10_000;

test('no read that begins after a resolved invalidation returns what was before it', {
  timeout: 600_000,
}, async () => {
  const seed = String(runSeed(20_260));
  const runs = process.env.XC_RUNS ?? String(RUNS);
  const program = fileURLToPath(new URL('./consistency-model.ts', import.meta.url));
  // What it says when it fails has the seed and the shortest history.
  await promisify(execFile)(process.execPath, ['--conditions=@xc/source', '--import', 'tsx', program, runs, seed]);
});
