import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../workspace.mjs';

const keeperProcess = join(root, 'test-support', 'src', 'keeper-process.mjs');

/**
 * Runs a command that must not go on when the set-up is killed, and resolves with its code and everything it printed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number | undefined, output: string }>}
 */
export async function runGuarded(command, args, env) {
  const keeper = fork(keeperProcess, {
    detached: true,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    const folder = await ask(keeper, 'open', { parent: tmpdir(), prefix: 'xc-set-up-' });
    const log = join(folder, 'output.log');
    /** @type {Promise<number | undefined>} */
    const ended = new Promise((resolve) => {
      keeper.on('message', (/** @type {any} */ told) => told.event === 'ended' && resolve(told.code));
      keeper.once('exit', () => resolve(undefined));
    });
    await ask(keeper, 'start', { command, args, env, log, cwd: root });
    const code = await ended;
    return { code, output: await readFile(log, 'utf8') };
  } finally {
    if (keeper.connected) keeper.disconnect();
  }
}

/**
 * @param {import('node:child_process').ChildProcess} keeper
 * @param {string} method
 * @param {object} order
 * @returns {Promise<any>}
 */
function ask(keeper, method, order) {
  return new Promise((resolve, reject) => {
    const hear = (/** @type {any} */ told) => {
      if (told.id !== method) return;
      keeper.off('message', hear);
      if (told.error === undefined) resolve(told.result);
      else reject(new Error(told.error));
    };
    keeper.on('message', hear);
    keeper.once('exit', () => reject(new Error('the process that runs commands is gone')));
    keeper.send({ id: method, method, order });
  });
}
