import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { runScript } from '../../run-script.ts';

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'xc-smoke-'));
  copyFileSync(join(import.meta.dirname, 'run-smoke.mjs'), join(project, 'run-smoke.mjs'));
  return () => rmSync(project, { recursive: true, force: true });
});

/** A project with one installed package, as the two kinds of callers see it. */
function install(installed: {
  readonly esm: string;
  readonly cjs: string;
  readonly require?: string;
  readonly smoke?: string;
}) {
  const { esm, cjs, require = './index.cjs', smoke = 'export default async () => {};' } = installed;
  const exports = { '.': { import: './index.js', require } };
  const files = {
    'specifiers.json': JSON.stringify(['@fake/one']),
    'smoke/one.mjs': smoke,
    'node_modules/@fake/one/package.json': JSON.stringify({ name: '@fake/one', type: 'module', exports }),
    'node_modules/@fake/one/index.js': esm,
    'node_modules/@fake/one/index.cjs': cjs,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
}

test('passes a package that is the same both ways', async () => {
  install({
    esm: 'export const a = 1;',
    cjs: 'exports.a = 1;',
    smoke: "export default async (load) => { if ((await load('@fake/one')).a !== 1) throw new Error('no a'); };",
  });
  expect(await runScript(project, 'run-smoke.mjs')).toMatchObject({
    code: 0,
    output: expect.stringContaining('smoke: ok'),
  });
});

test('names a subpath that shows other names to require than to import', async () => {
  install({ esm: 'export const a = 1, b = 2;', cjs: 'exports.a = 1;' });
  const { code, output } = await runScript(project, 'run-smoke.mjs');
  expect(code).toBe(1);
  expect(output).toContain('@fake/one: import and require show different names');
});

test('names a subpath whose require leads to no CommonJS', async () => {
  install({ esm: 'export const a = 1;', cjs: '', require: './index.js' });
  const { code, output } = await runScript(project, 'run-smoke.mjs');
  expect(code).toBe(1);
  expect(output).toContain("require('@fake/one') does not lead to CommonJS");
});

test('names the program and the way in which it fails', async () => {
  const smoke =
    "export default async (load) => { if (!(await load('@fake/one')).b) throw new Error('b is missing'); };";
  install({ esm: 'export const a = 1, b = 1;', cjs: 'exports.a = 1; exports.b = 0;', smoke });
  const { code, output } = await runScript(project, 'run-smoke.mjs');
  expect(code).toBe(1);
  expect(output).toMatch(/one\.mjs through require on Node v[\s\S]*b is missing/);
});
