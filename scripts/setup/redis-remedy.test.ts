import { expect, test } from 'vitest';

const { redisRemedy } = await import(String(new URL('./redis-remedy.mjs', import.meta.url)));

const debian = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n';
const mint = 'ID=linuxmint\nID_LIKE="ubuntu debian"\n';
const fedora = 'ID=fedora\nID_LIKE="rhel"\n';
const machine = { platform: 'linux', osRelease: debian, isRoot: false, mayBecomeRoot: false, hasBrew: false };

test('installs on Debian and its like as root, and stops the service that comes with it', () => {
  for (const osRelease of [debian, mint]) {
    const { command, script } = redisRemedy({ ...machine, osRelease, isRoot: true });
    expect(command).toBe('apt-get update && apt-get install -y redis-server');
    expect(script).toMatch(/install -y redis-server\n[\s\S]*disable[\s\S]*stop/);
    expect(script).not.toContain('sudo');
  }
});

test('installs with sudo where that asks for no password', () => {
  const { command, script } = redisRemedy({ ...machine, mayBecomeRoot: true });
  expect(command).toBe('sudo apt-get update && sudo apt-get install -y redis-server');
  expect(script).toMatch(/^sudo -n sh -c 'set -e\n[^']*'$/);
});

test('tells a user without the right what to type', () => {
  const { command, advice } = redisRemedy(machine);
  expect(command).toBeUndefined();
  expect(advice).toContain(
    'type sudo apt-get update && sudo apt-get install -y redis-server, or name one in REDIS_SERVER',
  );
});

test('uses Homebrew on macOS, or asks for it', () => {
  const mac = { ...machine, platform: 'darwin', osRelease: '' };
  expect(redisRemedy({ ...mac, hasBrew: true })).toEqual({
    command: 'brew install redis',
    script: 'brew install redis',
  });
  expect(redisRemedy(mac).advice).toContain('brew install redis');
});

test('touches no other system', () => {
  for (const osRelease of [fedora, '']) {
    const { command, advice } = redisRemedy({ ...machine, osRelease, isRoot: true });
    expect(command).toBeUndefined();
    expect(advice).toContain('package manager of this system');
  }
});
