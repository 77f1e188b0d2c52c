import { accessSync, constants } from 'node:fs';
import { root } from '../workspace.mjs';
import { build } from './build.mjs';
import { CannotSetUp } from './cannot-set-up.mjs';
import { install } from './install.mjs';
import { alone } from './one-at-a-time.mjs';
import { ensurePostgres } from './postgres.mjs';
import { bringPrometheus } from './prometheus.mjs';
import { ensureRedis } from './redis.mjs';

/** @typedef {(line: string) => void} Say */

/** The demo runs on embedded engines: it needs no Redis. */
const purposes = ['test', 'demo'];

/**
 * Gets the checkout ready for `npm test` or `npm run demo`; one line for each thing that it does.
 * @param {readonly string[]} args
 */
export async function main([purpose = 'test', ...rest]) {
  try {
    if (!purposes.includes(purpose) || rest.length > 0) {
      throw new CannotSetUp(`it is either for "test" or for "demo", not for "${[purpose, ...rest].join(' ')}"`);
    }
    if (process.platform === 'win32') throw new CannotSetUp('Windows has no redis-server: use WSL');
    checkWritable();
    await alone(root, say, () => setUp(purpose));
  } catch (error) {
    const message = error instanceof CannotSetUp ? error.message : `something unforeseen, ${error}`;
    console.error(`set-up failed: ${message.replaceAll(/\s*\n\s*/g, ' ')}`);
    process.exitCode = 1;
  }
}

/** @param {string} purpose */
async function setUp(purpose) {
  const startedAt = performance.now();
  const redis = purpose === 'test' && (await ensureRedis(say));
  const prometheus = purpose === 'test' && (await bringPrometheus(say));
  const installed = await install(say);
  await ensurePostgres();
  const built = await build(say);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(
    redis || prometheus || installed || built
      ? `ready for ${purpose} after ${seconds} s`
      : `ready for ${purpose}, nothing to do`,
  );
}

/**
 * On standard error: standard output belongs to what comes next, `npm run --silent demo -- --json` for instance.
 * @param {string} line
 */
function say(line) {
  console.error(`set-up: ${line}`);
}

function checkWritable() {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    throw new CannotSetUp(`this user may not write into ${root}: type sudo chown -R "$(id -un)" "${root}"`);
  }
}
