import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type CheckoutCopy, copyCheckout } from '../checkout-copy.ts';
import { runScript } from '../run-script.ts';

// Each test starts processes of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let copy: CheckoutCopy;
let target: string;
beforeAll(() => {
  copy = copyCheckout();
  copy.write(
    'packages/core/package.json',
    readFileSync('packages/core/package.json', 'utf8').replace(/"version": ".*?"/, '"version": "1.2.3"'),
  );
});
afterAll(() => copy[Symbol.dispose]());
beforeEach(() => {
  target = join(mkdtempSync(join(tmpdir(), 'xc-copied-')), 'mine');
  copy.write('examples/planted/package.json', JSON.stringify(manifest({ '@xc/core': 'workspace:^', pg: '8.23.1' })));
  copy.write('examples/planted/src/main.ts', "import { systemClock } from '@xc/core';\nvoid systemClock;\n");
  return () => rmSync(join(target, '..'), { recursive: true, force: true });
});

function manifest(dependencies: Readonly<Record<string, string>>) {
  return {
    name: 'planted',
    private: true,
    type: 'module',
    dependencies,
    devDependencies: { '@xc/core': 'workspace:*' },
  };
}

function copyOut(...args: readonly string[]) {
  return runScript(copy.folder, 'scripts/examples/copy-out.mjs', ...args);
}

test('copies the files of a template and asks for published versions', async () => {
  copy.write('examples/planted/node_modules/junk/index.js', '');
  copy.write('examples/planted/dist/main.js', '');
  expect(await copyOut('planted', target)).toMatchObject({ code: 0 });
  const copied = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  expect(copied.dependencies).toEqual({ '@xc/core': '^1.2.3', pg: '8.23.1' });
  expect(copied.devDependencies).toEqual({ '@xc/core': '1.2.3' });
  expect(existsSync(join(target, 'src/main.ts'))).toBe(true);
  expect(existsSync(join(target, 'node_modules'))).toBe(false);
  expect(existsSync(join(target, 'dist'))).toBe(false);
});

test('refuses a template that needs what is not published', async () => {
  copy.write('examples/planted/package.json', JSON.stringify(manifest({ '@xc/test-support': 'workspace:*' })));
  const { code, output } = await copyOut('planted', target);
  expect(code).not.toBe(0);
  expect(output).toContain('a template cannot use @xc/test-support: it is not published');
});

test('refuses a file that reaches out of the template', async () => {
  copy.write('examples/planted/src/main.ts', "import '../../../bench/interleave.ts';\n");
  const { code, output } = await copyOut('planted', target);
  expect(code).not.toBe(0);
  expect(output).toContain('src/main.ts reaches out of its example');
});

test('leaves a folder alone that has something in it', async () => {
  expect(await copyOut('planted', target)).toMatchObject({ code: 0 });
  const { code, output } = await copyOut('planted', target);
  expect(code).not.toBe(0);
  expect(output).toContain('is not empty');
});

test('says which templates there are', async () => {
  expect((await copyOut()).output).toMatch(/^usage: .*\nstories: .*planted/);
  expect((await copyOut('atlas', target)).output).toMatch(/no template 'atlas'; there are: .*planted/);
});
