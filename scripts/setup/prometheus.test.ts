import { afterEach, expect, test, vi } from 'vitest';

const { bringPrometheus } = await import(String(new URL('./prometheus.mjs', import.meta.url)));

const debian = 'ID=debian\n';
const user = { osRelease: debian, isRoot: false, mayBecomeRoot: false };

afterEach(() => {
  vi.unstubAllEnvs();
});

test('goes on without Prometheus where it may install none, and says what is skipped', async () => {
  vi.stubEnv('PATH', '/nowhere');
  for (const machine of [user, { ...user, osRelease: 'ID=fedora\n', isRoot: true }]) {
    const said: string[] = [];
    expect(await bringPrometheus((line: string) => said.push(line), machine)).toBe(false);
    expect(said).toEqual([
      'there is no promtool in PATH: tests that need it are skipped; they run where Prometheus is installed',
    ]);
  }
});

test('announces what it runs, and goes on when that fails', async () => {
  vi.stubEnv('PATH', '/nowhere');
  const said: string[] = [];
  expect(await bringPrometheus((line: string) => said.push(line), { ...user, isRoot: true })).toBe(false);
  const command = 'apt-get update && apt-get install -y --no-install-recommends prometheus';
  expect(said).toEqual([
    `there is no promtool, so this runs now: ${command}`,
    `promtool could not be installed: tests that need it are skipped; to have them, type ${command}`,
  ]);
});
