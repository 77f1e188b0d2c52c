import { findRedisServer } from '../../test-support/src/redis-binary.mjs';
import { CannotSetUp } from './cannot-set-up.mjs';
import { redisRemedy } from './redis-remedy.mjs';
import { run, thisMachine } from './this-machine.mjs';

/**
 * Makes sure that there is a redis-server, and installs one where it may.
 * @param {import('./main.mjs').Say} say
 * @returns {Promise<boolean>} whether it did anything
 */
export async function ensureRedis(say) {
  const found = find();
  if (found !== undefined) {
    await checkVersion(found);
    return false;
  }
  const remedy = redisRemedy(await thisMachine());
  if (remedy.command === undefined) throw new CannotSetUp(`there is no redis-server: ${remedy.advice}`);
  say(`there is no redis-server, so this runs now: ${remedy.command}`);
  try {
    await run('sh', ['-c', remedy.script], { maxBuffer: 1 << 26 });
  } catch (error) {
    const { stderr = '' } = /** @type {{ stderr?: string }} */ (error);
    const reason = stderr.trim().split('\n').at(-1) ?? '';
    throw new CannotSetUp(`redis-server could not be installed (${reason}): type ${remedy.command}`);
  }
  const installed = find();
  if (installed === undefined) throw new CannotSetUp(`there is no redis-server in PATH after ${remedy.command}`);
  await checkVersion(installed);
  return true;
}

function find() {
  try {
    return findRedisServer();
  } catch (error) {
    throw new CannotSetUp(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} program */
async function checkVersion(program) {
  const stdout = await run(program, ['--version']).then(
    (printed) => printed.stdout,
    () => '',
  );
  const [, version = '', major, minor] = /v=((\d+)\.(\d+)\.\S+)/.exec(stdout) ?? [];
  if (version === '') throw new CannotSetUp(`${program} does not say its version: name a redis-server in REDIS_SERVER`);
  if (Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2)) return;
  throw new CannotSetUp(`Redis 6.2 or newer is needed and ${program} is ${version}: name another in REDIS_SERVER`);
}
