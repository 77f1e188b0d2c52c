import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CheckoutCopy, copyCheckout } from '../checkout-copy.ts';
import { runScript } from '../run-script.ts';

/** What somebody could write under packages/codec/src, and what the house has to say about it. */
const planted: Readonly<Record<string, { readonly text: string; readonly said: readonly string[] }>> = {
  'machine-time.ts': {
    text: `import { setTimeout as wait } from 'node:timers/promises';
export const a = Date.now();
export const b = Math.random();
export const c = performance.now();
export const d = new Date();
setTimeout(() => {}, 1);
globalThis.setInterval(() => {}, 1);
export const e = { now: Date.now, setTimeout: setInterval };
void wait;
`,
    said: [
      "1: import from 'timers/promises'",
      '2: Date.now',
      '3: Math.random',
      '4: performance.now',
      '5: new Date()',
      '6: setTimeout',
      '7: setInterval',
      '8: Date.now',
      '8: setInterval',
    ].map((found) => `${found}: take a Clock or a Random instead`),
  },
  'harmless-time.ts': {
    text: `// Date.now() in a comment
export const text = 'Math.random()';
export const then = (ms: number, socket: { setTimeout(ms: number): void }) => {
  socket.setTimeout(ms);
  return new Date(ms);
};
export type Handle = ReturnType<typeof setTimeout>;
`,
    said: [],
  },
  'machine-time.test.ts': { text: 'export const now = Date.now();\n', said: [] },
  'surface.ts': {
    text: `import { jsonCodec } from './index.ts';
import * as own from '@xc/codec';
export * from './other.ts';
export { other } from './other.ts';
void [jsonCodec, own];
`,
    said: [
      "1: imports its own index ('./index.ts'): import the file that has it",
      "2: imports its own index ('@xc/codec'): import the file that has it",
      '3: export *: list the names',
      '4: re-export outside an entry file of the package',
    ],
  },
  'state.ts': {
    text: `let count = 0;
const seen = new Map<string, number>();
const fixed = new Map([['a', 1]]);
const list: string[] = [];
export const planted = () => [count++, seen, fixed, list, process.env.HOME];
`,
    said: [
      ...[1, 2, 4].map((line) => `${line}: state at module level: keep it in what is created`),
      '5: process.env: take an option instead',
    ],
  },
  'string-utils.ts': {
    text: 'export const a = 1;\n',
    said: ["1: 'string-utils' names no idea: call it after what it does"],
  },
  'types/a.ts': { text: 'export const a = 1;\n', said: ["1: 'types' names no idea: call it after what it does"] },
  'CamelCase.ts': { text: 'export const a = 1;\n', said: ["1: 'CamelCase' is not kebab-case"] },
  'long.ts': { text: '\n'.repeat(301), said: ['301: 301 lines: past 300 it is two files'] },
  'wish.test.ts': {
    text: "test('should work', () => {});\n",
    said: ["1: test name says 'should': say what happens"],
  },
};

// Each test starts processes of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let copy: CheckoutCopy;
let output: string;
beforeAll(async () => {
  copy = copyCheckout();
  for (const [name, { text }] of Object.entries(planted)) copy.write(`packages/codec/src/${name}`, text);
  output = (await runScript(copy.folder, 'scripts/check.mjs', 'house')).output;
});
afterAll(() => copy[Symbol.dispose]());

/** The findings in a planted file, without the place. */
function saidAbout(name: string): string[] {
  const place = `packages/codec/src/${name}:`;
  const lines = output.split('\n').filter((line) => line.startsWith(place));
  return lines.map((line) => line.slice(place.length));
}

const unreached = '1: no entry of the package leads here: what only tests use belongs into test/';

test.each(Object.entries(planted))('says about %s what is wrong in it and no more', (name, { said }) => {
  expect(saidAbout(name).filter((line) => line !== unreached)).toEqual(said);
});

test('finds sources that ship though no entry leads to them', () => {
  expect(saidAbout('harmless-time.ts')).toEqual([unreached]);
  expect(saidAbout('machine-time.test.ts')).toEqual([]);
  expect(saidAbout('lz4.ts')).toEqual([]);
});
