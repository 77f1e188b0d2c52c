import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('sums over all projects and counts a test that passes on a retry once', () => {
  const run = runVitest({
    'one.test.js': `test('a', () => {}); test('b', () => {});`,
    'two.test.js': `let n = 0; test('flaky', { retry: 2 }, () => { n += 1; expect(n).toBe(3); });`,
  });
  expect(run.lastLine).toBe('3 passed, 0 failed, 0 skipped');
  expect(run.code).toBe(0);
});

test('counts failures, and exits with an error', () => {
  const run = runVitest({ 'one.test.js': `test('good', () => {}); test('bad', () => { expect(1).toBe(2); });` });
  expect(run.lastLine).toBe('1 passed, 1 failed, 0 skipped');
  expect(run.code).toBe(1);
});

test('names the reason of each skipped test', () => {
  const run = runVitest({
    'one.test.js': `
      test('noted', (context) => context.skip('no such thing here'));
      test.todo('later');
      test.skip('mute', () => {});
      test('good', () => {});`,
  });
  expect(run.output).toContain('skipped: one.test.js > noted: no such thing here');
  expect(run.output).toContain('skipped: one.test.js > later: still to be written');
  expect(run.output).toContain('skipped: one.test.js > mute: no reason given');
  expect(run.lastLine).toBe('1 passed, 0 failed, 3 skipped');
});

test('counts a file that does not load and a hook that fails', () => {
  const run = runVitest({
    'one.test.js': `throw new Error('no file for you');`,
    'two.test.js': `describe('group', () => { beforeAll(() => { throw new Error('no'); }); test('never', () => {}); });`,
    'three.test.js': `test('good', () => {});`,
  });
  expect(run.output).toContain('group > never: the suite it is in is broken');
  expect(run.lastLine).toBe('1 passed, 2 failed, 1 skipped');
  expect(run.code).toBe(1);
});

test('counts an error that nobody caught', () => {
  const run = runVitest({
    'one.test.js': `test('good', async () => { Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 50)); });`,
  });
  expect(run.lastLine).toBe('1 passed, 1 failed, 0 skipped');
  expect(run.code).toBe(1);
});

test('counts a global set-up that fails, and speaks after one that is loud at its end', () => {
  const failing = runVitest({
    'one.test.js': `test('good', () => {});`,
    'global.js': `export default () => { throw new Error('no server'); };`,
  });
  expect(failing.output).toContain('no server');
  expect(failing.lastLine).toMatch(/^0 passed, [1-9] failed, 0 skipped$/);
  expect(failing.code).toBe(1);
  const loud = runVitest({
    'one.test.js': `test('good', () => {});`,
    'global.js': `export default () => () => console.log('closing');`,
  });
  expect(loud.output).toContain('closing');
  expect(loud.lastLine).toBe('1 passed, 0 failed, 0 skipped');
});

test('says that nothing ran when no file fits, and exits with an error', () => {
  const run = runVitest({ 'one.test.js': `test('good', () => {});` }, ['no-such-file']);
  expect(run.lastLine).toBe('0 passed, 1 failed, 0 skipped');
  expect(run.code).toBe(1);
});

test('starts the server of a project only when one of its files runs', () => {
  const files = {
    'one.test.js': `test('good', () => {});`,
    'two.other.js': `test('good', () => {});`,
    'global.js': `export default () => { console.log('server started'); };`,
  };
  const config = `{ test: { globals: true, projects: [
    { test: { name: 'plain', globals: true, include: ['*.test.js'] } },
    { test: { name: 'with server', globals: true, include: ['*.other.js'], globalSetup: ['./global.js'] } },
  ], reporters: ['default', ${JSON.stringify(join(root, 'scripts', 'closing-line.ts'))}] } }`;
  expect(runVitest(files, ['one'], config).output).not.toContain('server started');
  expect(runVitest(files, [], config).output).toContain('server started');
});

function runVitest(files: Readonly<Record<string, string>>, args: readonly string[] = [], config?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'xc-closing-'));
  folders.push(folder);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const globalSetup = 'global.js' in files ? `globalSetup: ['./global.js'],` : '';
  const reporter = JSON.stringify(join(root, 'scripts', 'closing-line.ts'));
  const plain = `{ test: { globals: true, ${globalSetup} reporters: ['default', ${reporter}] } }`;
  writeFileSync(join(folder, 'vitest.config.js'), `export default ${config ?? plain};`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const ran = spawnSync(process.execPath, [vitest, 'run', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: undefined, VITEST: undefined, NO_COLOR: '1' },
  });
  const output = ran.stdout + ran.stderr;
  return { code: ran.status, output, lastLine: ran.stdout.trimEnd().split('\n').at(-1) };
}
