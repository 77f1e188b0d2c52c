import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CheckoutCopy, copyCheckout } from '../checkout-copy.ts';
import { runScript } from '../run-script.ts';

// Each test starts processes of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const bench = `
import { XcError } from '../src/error.ts';
import { interleave } from '../../../bench/interleave.ts';
import opossum from 'opossum';

export default {
  name: 'planted',
  async run() {
    const { ours, opossum: theirs } = await interleave({
      ours: () => new XcError('XC_X', 'x').code,
      opossum: async () => opossum.name,
    });
    return [
      { name: 'a/b', unit: 'ns', value: ours, peers: { opossum: theirs, naive: 1 } },
      { name: 'fixed', unit: 'count', value: 10, peers: { naive: 4 } },
    ];
  },
};
`;

let copy: CheckoutCopy;
beforeAll(() => {
  copy = copyCheckout();
  copy.write('packages/core/bench/planted.bench.ts', bench);
  copy.write('bench/results/core.json', '{}');
});
afterAll(() => copy[Symbol.dispose]());

function gates(text: object) {
  copy.write('bench/gates.json', JSON.stringify(text));
}

test('keeps figures with the machine, Node and the versions of peers', async () => {
  const run = await runScript(copy.folder, 'scripts/bench.mjs', 'core/planted');
  expect(run).toMatchObject({ code: 0 });
  const results = JSON.parse(readFileSync(join(copy.folder, 'bench/results/core.json'), 'utf8'));
  expect(results).toMatchObject({ package: '@xc/core', node: process.version, peers: { opossum: '10.0.0' } });
  expect(Object.keys(results.machine)).toEqual(['cpu', 'cores', 'memoryGiB', 'platform', 'arch']);
  expect(results.benches.planted[0].value).toBeGreaterThan(1);
  expect(results.benches.planted[1]).toEqual({ name: 'fixed', unit: 'count', value: 10, peers: { naive: 4 } });
  expect(JSON.stringify(results)).not.toContain(copy.folder);
});

test('passes when every gate holds', async () => {
  gates({
    'core/planted/a/b': { min: 1, max: 1e9, maxRatio: { peer: 'opossum', ratio: 1e6 } },
    'core/planted/fixed': { minRatio: { peer: 'naive', ratio: 2.5 } },
    'breaker/not-run/case': { max: 0 },
  });
  const run = await runScript(copy.folder, 'scripts/bench.mjs', 'core/planted', '--quick', '--check');
  expect(run).toMatchObject({ code: 0, output: expect.stringContaining('gates: all 2 hold') });
});

test('names each gate that falls short and ends with 1', async () => {
  gates({
    'core/planted/fixed': { max: 9, min: 11, maxRatio: { peer: 'naive', ratio: 2 } },
    'core/planted/a/b': { minRatio: { peer: 'cockatiel', ratio: 1 } },
    'core/planted/gone': { max: 1 },
  });
  const { code, output } = await runScript(copy.folder, 'scripts/bench.mjs', 'core/planted', '--quick', '--check');
  expect(code).toBe(1);
  expect(output).toMatch(/core\/planted\/fixed +10 count +at most 9 count/);
  expect(output).toMatch(/core\/planted\/fixed +10 count +at least 11 count/);
  expect(output).toMatch(/core\/planted\/fixed +2.5 x +at most 2 x naive/);
  expect(output).toMatch(/core\/planted\/a\/b +no cockatiel +at least 1 x cockatiel/);
  expect(output).toMatch(/core\/planted\/gone +nothing +a case of that name/);
});

test('says which benches there are when asked for another', async () => {
  const { code, output } = await runScript(copy.folder, 'scripts/bench.mjs', 'nowhere');
  expect(code).toBe(1);
  expect(output).toMatch(/^no bench for: nowhere; there are: .*core\/planted/);
});
