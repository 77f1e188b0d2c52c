import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Act } from '../src/acts/act.ts';
import { main } from '../src/main.ts';
import { latencyChart } from '../src/report/latency-chart.ts';
import { commandLine, descendants } from './descendants.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atlas-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Whether a process is one of the demo's, by its command line. */
function isService(pid: number): boolean {
  return commandLine(pid).includes('service/process.ts');
}

/** Runs the demo over these acts, and gives back all it said. */
async function demo(acts: readonly Act[], ...args: string[]) {
  const written = { out: '', err: '' };
  const screen = (name: 'out' | 'err') => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const report = join(folder, 'report.html');
  await rm(report, { force: true });
  const code = await main(args, { acts, out: screen('out'), err: screen('err'), report });
  return { ...written, code, report: await readFile(report, 'utf8').catch(() => undefined) };
}

const fast = { says: 'in under 5 s', figure: 'tookMs', holds: (ms: number) => ms < 5_000 };
const acting = (name: string, tookMs: number): Act => ({
  name,
  shows: 'Nothing much.',
  promises: [fast],
  run: async () => ({
    figures: [{ name: 'tookMs', says: 'it took', unit: 'ms', value: tookMs, before: Number.POSITIVE_INFINITY }],
    charts: [],
  }),
});
const broken: Act = {
  ...acting('broken', 1),
  run: async () => {
    throw new Error('no more <paper>');
  },
};

test('exits with 0 when every promise was held, and ends with the table', async () => {
  const { code, out, err, report } = await demo([acting('quick', 1_080)]);
  expect(code).toBe(0);
  expect(out).toContain('GeoNames (geonames.org), CC BY 4.0');
  expect(out).toContain('No Redis given: an act that shows one starts its own');
  expect(out).toMatch(/act +promise +measured +held\n.*\n +quick +in under 5 s +1\.08 s +yes/);
  expect(out).toMatch(/quick +it took +1\.08 s +never/);
  expect(err).toBe('');
  expect(report).toContain('All 1 promises held');
});

test('exits with 1 and says which promise was not held', async () => {
  const { code, out, report } = await demo([acting('quick', 1), acting('slow', 5_000)]);
  expect(code).toBe(1);
  expect(out).toContain('not held: slow: in under 5 s');
  expect(out).not.toContain('not held: quick');
  expect(report).toContain('1 of 2 promises not held');
});

test('an act that breaks off breaks its promises, and the others are still shown and reported', async () => {
  const { code, out, report } = await demo([broken, acting('quick', 1)]);
  expect(code).toBe(1);
  expect(out).toContain('broke off: broken: no more <paper>');
  expect(out).toContain('not held: broken: in under 5 s');
  expect(out).toMatch(/quick +in under 5 s +1\.0 ms +yes/);
  expect(report).toContain('no more &lt;paper&gt;');
});

test('--act runs one act', async () => {
  const { code, out } = await demo([broken, acting('quick', 1)], '--act', 'quick');
  expect(code).toBe(0);
  expect(out).not.toContain('broken');
});

test('--json prints the figures and nothing else', async () => {
  const { code, out, err } = await demo([acting('quick', 1), broken], '--json', '--seed', '7');
  expect(code).toBe(1);
  expect(err).toBe('');
  const parsed = JSON.parse(out);
  expect(parsed).toEqual({
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    machine: expect.stringContaining(`Node ${process.versions.node}`),
    seed: 7,
    redis: { given: null, usedBy: [] },
    acts: {
      quick: { figures: { tookMs: 1 }, before: { tookMs: null } },
      broken: { figures: {}, before: {}, failure: 'no more <paper>' },
    },
    promises: [
      { act: 'quick', promise: 'in under 5 s', measured: 1, held: true },
      { act: 'broken', promise: 'in under 5 s', measured: null, held: false },
    ],
    held: false,
  });
});

test('--redis is taken and nobody is misled about it; its password is shown nowhere', async () => {
  const plain = await demo([acting('quick', 1)], '--redis', 'redis://me:secret@host:1');
  expect(plain.out).toContain('Redis at redis://host:1: no engine of these acts uses one');
  const used = await demo([{ ...acting('quick', 1), usesRedis: true }], '--redis', 'redis://me:secret@host:1');
  expect(used.out).toContain('Redis at redis://host:1: used by quick');
  const json = await demo([acting('quick', 1)], '--redis', 'redis://me:secret@host:1', '--json');
  expect(JSON.parse(json.out).redis).toEqual({ given: 'redis://host:1', usedBy: [] });
  const usedJson = await demo([{ ...acting('quick', 1), usesRedis: true }], '--redis', 'redis://host:1', '--json');
  expect(JSON.parse(usedJson.out).redis).toEqual({ given: 'redis://host:1', usedBy: ['quick'] });
  expect(plain.out + json.out + plain.report + json.report + used.out + used.report).not.toContain('secret');
});

test('a wrong command line is one line and 2, and leaves the last report alone', async () => {
  const { code, out, err, report } = await demo([acting('quick', 1)], '--nonsense');
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toBe("Unknown option '--nonsense' (--help lists the options)\n");
  expect(report).toBeUndefined();
});

test('--help lists the options and the acts', async () => {
  const { code, out } = await demo([acting('quick', 1), acting('slow', 1)], '--help');
  expect(code).toBe(0);
  for (const word of ['--act', '--json', '--redis', '--seed', 'quick, slow']) expect(out).toContain(word);
});

test('an act that breaks off while a service still starts leaves nothing behind', async () => {
  const act: Act = {
    ...acting('hasty', 1),
    async run(stage) {
      const guide = new URL('../src/guides/bare.ts', import.meta.url);
      const noSuchGuide = new URL('../src/guides/none.ts', import.meta.url);
      await Promise.all([stage.service('bad', noSuchGuide), stage.service('good', guide)]);
      return { figures: [], charts: [] };
    },
  };
  const { code, out } = await demo([act]);
  expect(code).toBe(1);
  expect(out).toMatch(/^broke off: hasty: service\/process.ts ended early: Error.*none\.ts/m);
  expect(descendants(process.pid).filter(isService)).toEqual([]);
});

test('a whole act over the real places: database, service and visitors in processes of their own', async () => {
  const act: Act = {
    name: 'short',
    shows: 'Two seconds of the real thing.',
    promises: [{ says: 'nobody is turned away', figure: 'errors', holds: (errors) => errors === 0 }],
    async run(stage) {
      const service = await stage.service('bare', new URL('../src/guides/bare.ts', import.meta.url));
      const load = await stage.visitors([service], { name: 'short', perSecond: 50, lengthMs: 2_000 });
      const [samples = []] = await load.done;
      const errors = samples.filter(({ result }) => result === 'error').length;
      return {
        figures: [
          { name: 'errors', says: 'errors', unit: 'count', value: errors },
          { name: 'samples', says: 'samples', unit: 'count', value: samples.length },
          { name: 'places', says: 'places', unit: 'count', value: (await stage.database()).places },
        ],
        charts: [latencyChart('How long visitors wait', [{ name: 'bare', tone: 'before', samples }], 2_000)],
      };
    },
  };
  const { code, out, report } = await demo([act], '--json');
  const { figures } = JSON.parse(out).acts.short;
  expect(figures).toMatchObject({ errors: 0, places: 135_233 });
  expect(figures.samples).toBeGreaterThan(60);
  expect(code).toBe(0);
  expect(report).toContain('<path class="line before"');
});
