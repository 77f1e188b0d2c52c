import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type CheckoutCopy, copyCheckout } from '../checkout-copy.ts';
import { runScript, type ScriptRun } from '../run-script.ts';

// Whole stages run here, on a machine that other tests may be using as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** A fault that somebody could commit, the stage that must see it and what that stage must name. */
interface Planted {
  readonly what: string;
  readonly stage: string;
  readonly path: string;
  readonly text: string;
  readonly named: RegExp;
}

const feature = JSON.stringify({
  name: '@xc/planted',
  version: '0.0.0',
  license: 'MIT',
  type: 'module',
  exports: {
    '.': { '@xc/source': './src/index.ts', import: { types: './dist/index.d.ts', default: './dist/index.js' } },
  },
});

const faults: readonly Planted[] = [
  {
    what: 'an import from one feature to another',
    stage: 'layers',
    path: 'packages/planted/src/neighbour.ts',
    text: `import { fault } from '../../breaker/src/index.ts';\nexport const neighbour = fault;\n`,
    named: /no-feature-imports-a-feature: packages\/planted\/src\/neighbour\.ts → packages\/breaker\/src\/index\.ts/,
  },
  {
    what: 'an import from one feature to another by name',
    stage: 'layers',
    path: 'packages/planted/src/by-name.ts',
    text: `import { fault } from '@xc/breaker';\nexport const neighbour = fault;\n`,
    named: /no-feature-imports-a-feature: packages\/planted\/src\/by-name\.ts → @xc\/breaker/,
  },
  {
    what: 'an import from core to a feature',
    stage: 'layers',
    path: 'packages/core/src/planted.ts',
    text: `import { fault } from '../../breaker/src/index.ts';\nexport const planted = fault;\n`,
    named: /core-stands-alone: packages\/core\/src\/planted\.ts/,
  },
  {
    what: 'a cycle',
    stage: 'layers',
    path: 'packages/core/src/round.ts',
    text: `import { same } from './round.ts';\nexport const planted = () => same;\nexport const same = 1;\n`,
    named: /no-cycle: packages\/core\/src\/round\.ts/,
  },
  {
    what: 'a look at the machine’s clock',
    stage: 'house',
    path: 'packages/codec/src/planted.ts',
    text: 'export function planted(): number {\n  return Date.now();\n}\n',
    named: /packages\/codec\/src\/planted\.ts:2: Date\.now: take a Clock or a Random instead/,
  },
  {
    what: 'an export that nobody uses',
    stage: 'unused',
    path: 'packages/core/src/random.ts',
    text: '/** The random numbers of the machine. */\nexport interface Random {\n  next(): number;\n}\nexport const planted = 1;\n',
    named: /planted .*packages\/core\/src\/random\.ts/,
  },
  {
    what: 'a page of the reference that no longer fits the sources',
    stage: 'docs',
    path: 'docs/reference/core.md',
    text: '# @xc/core\n',
    named: /docs\/reference\/core\.md is stale/,
  },
  {
    what: 'a page of a symbol that is gone',
    stage: 'docs',
    path: 'docs/reference/planted.md',
    text: '# @xc/planted\n',
    named: /docs\/reference\/planted\.md is of something that is gone/,
  },
  {
    what: 'a public symbol without a word',
    stage: 'docs',
    path: 'packages/core/src/context.ts',
    text: 'export function planted(): void {}\n',
    named: /@xc\/core\/context\.planted .* does not have any documentation/,
  },
  {
    what: 'a lint error',
    stage: 'lint',
    path: 'scripts/planted.ts',
    text: 'export const planted: any = 1;\n',
    named: /scripts\/planted\.ts:1:23 lint\/suspicious\/noExplicitAny/,
  },
  {
    what: 'a registry host in the lockfile',
    stage: 'lockfile',
    path: 'pnpm-lock.yaml',
    text: "packages:\n  a@1.0.0:\n    resolution: {tarball: 'https://registry.example/a.tgz'}\n",
    named: /pnpm-lock\.yaml:3: names a registry host/,
  },
];

let copy: CheckoutCopy;
beforeAll(() => {
  copy = copyCheckout();
});
afterAll(() => copy[Symbol.dispose]());

function check(...stages: readonly string[]) {
  return runScript(copy.folder, 'scripts/check.mjs', ...stages);
}

describe('fails and names', () => {
  const stages = [...new Set(faults.map((fault) => fault.stage))];
  let run: ScriptRun;

  // All at once: a stage that named only its first fault would send people round in circles.
  beforeAll(async () => {
    copy.write('packages/planted/package.json', feature);
    for (const { path, text } of faults) copy.write(path, text);
    run = await check(...stages);
  });

  test.each(faults)('$what', ({ named }) => {
    expect(run.output).toMatch(named);
  });

  test.each(stages)('the stage %s', (stage) => {
    expect(run.output).toMatch(new RegExp(`^FAILED +${stage} `, 'm'));
    expect(run.output).toMatch(new RegExp(`^check: broken: .*\\b${stage}\\b`, 'm'));
    expect(run.code).toBe(1);
  });
});

test('says which stages there are when asked for another', async () => {
  const { code, output } = await check('nowhere');
  expect(code).toBe(1);
  expect(output).toMatch(/no stage 'nowhere'; there are: .*layers/);
});
