import { findInPath } from '../../test-support/src/program-in-path.mjs';
import { isDebian } from './redis-remedy.mjs';
import { run, thisMachine } from './this-machine.mjs';

/** Its package brings a service that starts at once and at every boot; tests want only the programs. */
const WITHOUT_SERVICE = [
  'set -e',
  'export DEBIAN_FRONTEND=noninteractive',
  'apt-get -o DPkg::Lock::Timeout=300 update',
  'apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends prometheus',
  'update-rc.d prometheus disable || true',
  'if [ -d /run/systemd/system ]; then systemctl disable --now prometheus; else service prometheus stop; fi || true',
].join('\n');

const APT = 'apt-get update && apt-get install -y --no-install-recommends prometheus';

/**
 * Brings promtool and Prometheus where that is allowed. Some tests of metrics prove rules and dashboards with them and are
 * skipped, with this reason, where there are none: unlike Redis they are not worth a set-up that fails.
 * @param {import('./main.mjs').Say} say
 * @param {Pick<import('./redis-remedy.mjs').Machine, 'osRelease' | 'isRoot' | 'mayBecomeRoot'>} [machine]
 * @returns {Promise<boolean>} whether it did anything
 */
export async function bringPrometheus(say, machine) {
  if (isThere()) return false;
  const { osRelease, isRoot, mayBecomeRoot } = machine ?? (await thisMachine());
  if (!isDebian(osRelease) || !(isRoot || mayBecomeRoot)) {
    say('there is no promtool in PATH: tests that need it are skipped; they run where Prometheus is installed');
    return false;
  }
  const command = isRoot ? APT : `sudo ${APT.replace('&& ', '&& sudo ')}`;
  say(`there is no promtool, so this runs now: ${command}`);
  const script = isRoot ? WITHOUT_SERVICE : `sudo -n sh -c '${WITHOUT_SERVICE}'`;
  await run('sh', ['-c', script], { maxBuffer: 1 << 26 }).catch(() => undefined);
  if (!isThere()) say(`promtool could not be installed: tests that need it are skipped; to have them, type ${command}`);
  return isThere();
}

function isThere() {
  return ['promtool', 'prometheus'].every((program) => findInPath(program) !== undefined);
}
