import { fork } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../workspace.mjs';
import { bundle } from './bundle.mjs';

/**
 * Runs one bench in a process of its own, so that no other bench has shaped its heap or its compiled code.
 * @param {import('./bench-files.mjs').BenchFile} bench
 * @param {{ quick: boolean }} options
 * @returns {Promise<{ name: string, cases: import('./results.mjs').Case[] }>}
 */
export async function measure(bench, { quick }) {
  const file = await bundle(bench);
  const child = fork(join(import.meta.dirname, 'run-one.mjs'), [file], {
    cwd: root,
    execArgv: ['--expose-gc'],
    env: { ...process.env, ...(quick ? { XC_BENCH_QUICK: '1' } : {}) },
  });
  return new Promise((resolve, reject) => {
    /** @type {any} */
    let answer;
    child.on('message', (message) => {
      answer = message;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 && answer !== undefined) resolve(answer);
      else reject(new Error(`bench ${bench.package.short}/${bench.title} ended with ${signal ?? code} and no figures`));
    });
  });
}
