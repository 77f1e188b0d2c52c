/**
 * @typedef {object} Machine
 * @property {NodeJS.Platform} platform
 * @property {string} osRelease the text of /etc/os-release
 * @property {boolean} isRoot
 * @property {boolean} mayBecomeRoot whether sudo works without a password
 * @property {boolean} hasBrew
 */

/** What is announced, and what a person without the right to do it is told. */
const APT = 'apt-get update && apt-get install -y redis-server';

/**
 * The package brings a service that starts at once and at every boot; whoever has none wants none on port 6379. It has
 * just been installed, so the service that is stopped here is the one that it brought.
 */
const WITHOUT_SERVICE = [
  'set -e',
  'export DEBIAN_FRONTEND=noninteractive',
  'apt-get -o DPkg::Lock::Timeout=300 update',
  'apt-get -o DPkg::Lock::Timeout=300 install -y redis-server',
  'update-rc.d redis-server disable || true',
  'if [ -d /run/systemd/system ]; then systemctl disable --now redis-server; else service redis-server stop; fi || true',
];

/**
 * How this machine gets a redis-server: a command to announce and the script behind it, or advice for its owner.
 * @param {Machine} machine
 * @returns {{ command: string, script: string } | { command: undefined, advice: string }}
 */
export function redisRemedy({ platform, osRelease, isRoot, mayBecomeRoot, hasBrew }) {
  if (platform === 'darwin') {
    const command = 'brew install redis';
    if (hasBrew) return { command, script: command };
    return advise(`install Homebrew and type ${command}`);
  }
  if (!isDebian(osRelease)) return advise('install Redis 6.2 or newer with the package manager of this system');
  const script = WITHOUT_SERVICE.join('\n');
  if (isRoot) return { command: APT, script };
  if (mayBecomeRoot) return { command: `sudo ${APT.replace('&& ', '&& sudo ')}`, script: `sudo -n sh -c '${script}'` };
  return advise(`this user may not install it, type sudo ${APT.replace('&& ', '&& sudo ')}`);
}

/** @param {string} advice */
function advise(advice) {
  return { command: undefined, advice: `${advice}, or name one in REDIS_SERVER` };
}

/** @param {string} osRelease */
export function isDebian(osRelease) {
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease);
}
