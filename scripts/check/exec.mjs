import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from '../workspace.mjs';

/**
 * @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, onStart?: () => void }} ExecOptions
 * @typedef {(command: string, args: readonly string[], options?: ExecOptions) => Promise<string>} Exec
 */

/** Thrown when a command ends with a non-zero code; the message is everything it printed. */
class CommandFailed extends Error {}

/** No more commands at once than there are cores, whatever number of stages asks. */
const slots = { free: Math.max(2, availableParallelism()), waiting: /** @type {(() => void)[]} */ ([]) };

/**
 * Runs a local binary to its end and returns what it printed.
 * @type {Exec}
 */
export async function exec(command, args, options = {}) {
  await takeSlot();
  options.onStart?.();
  try {
    return await spawnAndWait(command, args, options);
  } finally {
    giveSlot();
  }
}

/**
 * Waits for all of them, and throws what every failed one said: whoever mends the first sees the second at once.
 * @template T
 * @param {readonly (T | Promise<T>)[]} all
 * @returns {Promise<T[]>}
 */
export async function every(all) {
  const outcomes = await Promise.allSettled(all);
  const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failed.length > 0)
    throw new Error([...new Set(failed.map((error) => error.message ?? String(error)))].join('\n\n'));
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/**
 * The path of a binary that the root installs.
 * @param {string} name
 */
export function binary(name) {
  return join(root, 'node_modules', '.bin', name);
}

/** A log is read in files and on web pages: no colours. */
const plain = { NO_COLOR: '1', FORCE_COLOR: '0' };

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {ExecOptions} options
 * @returns {Promise<string>}
 */
function spawnAndWait(command, args, { cwd = root, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...plain, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new CommandFailed(`$ ${[command, ...args].join(' ')}\n${output.trimEnd()}\n(ended with ${code ?? signal})`),
        );
    });
  });
}

function takeSlot() {
  if (slots.free > 0) {
    slots.free -= 1;
    return Promise.resolve();
  }
  return new Promise((resolve) => slots.waiting.push(() => resolve(undefined)));
}

function giveSlot() {
  const next = slots.waiting.shift();
  if (next) next();
  else slots.free += 1;
}
