import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { beforeAll, expect, test } from 'vitest';
import { type CpuProfile, cpuProfile } from './cpu-profile.ts';
import { heapProfile } from './heap-profile.ts';
import { heapSnapshot } from './heap-snapshot.ts';
import { profileOnDemand } from './profile-on-demand.ts';

/** Busy until the profile is over: what it spends its time on is planted here. */
function plantedBottleneck(until: number): number {
  let sum = 0;
  while (performance.now() < until) for (let index = 0; index < 1_000; index += 1) sum += Math.sqrt(index);
  return sum;
}

async function busy(ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    plantedBottleneck(performance.now() + 20);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

let profile: CpuProfile;
beforeAll(async () => {
  const taken = cpuProfile({ ms: 600 });
  await busy(600);
  profile = await taken;
});

test('names the planted bottleneck first, with most of the time', () => {
  const [first] = profile.top(1);
  expect(first).toMatchObject({
    name: 'plantedBottleneck',
    url: expect.stringContaining('cpu-profile.server.test.ts'),
  });
  expect(first?.line).toBeGreaterThan(0);
  expect(first?.share).toBeGreaterThan(0.6);
  expect(first?.selfMs).toBeGreaterThan(200);
  expect(first?.selfMs).toBeLessThanOrEqual((first?.totalMs ?? 0) + 1e-6);
});

test('counts the time inside a function to those that called it', () => {
  const caller = profile.top().find(({ name }) => name === 'busy');
  expect(caller?.totalMs).toBeGreaterThan((profile.top(1)[0]?.selfMs ?? 0) * 0.9);
});

test('gives shares that add up to no more than all time that was not idle', () => {
  const shares = profile.top().reduce((sum, { share }) => sum + share, 0);
  expect(shares).toBeLessThanOrEqual(1 + 1e-9);
  expect(shares).toBeGreaterThan(0.5);
  expect(profile.top().map(({ name }) => name)).not.toContain('(idle)');
});

test('opens in speedscope: its schema takes it, and its weights add up', async () => {
  const path = createRequire(import.meta.url).resolve('speedscope/dist/release/file-format-schema.json');
  const schema = JSON.parse(await readFile(path, 'utf8'));
  const file = JSON.parse(profile.toSpeedscope('mine'));
  const validate = new Ajv({ strict: false }).compile(schema);
  expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
  const [{ name, samples, weights, endValue }] = file.profiles;
  expect(name).toBe('mine');
  expect(samples).toHaveLength(weights.length);
  expect(weights.reduce((sum: number, weight: number) => sum + weight, 0)).toBe(endValue);
  expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...samples.flat())).toBe(file.shared.frames.length - 1);
});

test('writes stacks as flame graphs take them', () => {
  const lines = profile.toCollapsed().trimEnd().split('\n');
  for (const line of lines) expect(line).toMatch(/^[^;\n]+(?:;[^;\n]+)* \d+$/);
  expect(lines[0]).toMatch(/;plantedBottleneck \(cpu-profile\.server\.test\.ts:\d+\) \d+$/);
});

test('samples from the call on, also what does not wait for it', async () => {
  const taken = cpuProfile({ ms: 10 });
  plantedBottleneck(performance.now() + 200);
  const { name, selfMs } = (await taken).top(1)[0] ?? {};
  expect(name).toBe('plantedBottleneck');
  expect(selfMs).toBeGreaterThan(50);
});

test('samples allocations from the call on', async () => {
  const taken = heapProfile({ ms: 10, sampleBytes: 1_024 });
  const kept = allocateAtOnce();
  expect((await taken).top().map(({ name }) => name)).toContain('allocateAtOnce');
  expect(kept).toHaveLength(20_000);
});

function allocateAtOnce(): object[] {
  const kept: object[] = [];
  for (let index = 0; index < 20_000; index += 1) kept.push({ index, text: `${index}` });
  return kept;
}

test('keeps what the inspector gave', () => {
  expect(JSON.parse(profile.toCpuProfile())).toEqual(profile.raw);
  expect(profile.raw).toMatchObject({ nodes: expect.any(Array), samples: expect.any(Array) });
});

test('takes one at a time, says so, and takes the next when that is over', async () => {
  const first = cpuProfile({ ms: 50 });
  await expect(cpuProfile({ ms: 50 })).rejects.toMatchObject({ code: 'XC_METRICS_PROFILE_BUSY', retryable: true });
  await first;
  await expect(cpuProfile({ ms: 10 })).resolves.toBeDefined();
});

test('ends at once on abort, and lets the next one begin', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  const taken = cpuProfile({ ms: 60_000, signal: controller.signal });
  setImmediate(() => controller.abort(reason));
  await expect(taken).rejects.toBe(reason);
  await expect(cpuProfile({ ms: 10, signal: controller.signal })).rejects.toBe(reason);
  await expect(cpuProfile({ ms: 10 })).resolves.toBeDefined();
});

test('refuses a length and an interval that are none', async () => {
  for (const ms of [0, -1, 600_001, Number.NaN]) {
    await expect(cpuProfile({ ms })).rejects.toThrow(
      new RangeError(`ms must be above 0 and at most 600000, got ${ms}`),
    );
    await expect(heapProfile({ ms })).rejects.toThrow(RangeError);
  }
  await expect(cpuProfile({ ms: 10, intervalUs: 0 })).rejects.toThrow('intervalUs must be a positive integer, got 0');
  await expect(heapProfile({ ms: 10, sampleBytes: 0.5 })).rejects.toThrow(
    'sampleBytes must be a positive integer, got 0.5',
  );
});

const kept: number[][] = [];
function plantedAllocator(): void {
  for (let count = 0; count < 200; count += 1) kept.push(Array.from({ length: 5_000 }, () => Math.random()));
}

test('names who allocates what stays', async () => {
  const taken = heapProfile({ ms: 200, sampleBytes: 16_384 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  plantedAllocator();
  const heap = await taken;
  const planted = heap.top().filter(({ url }) => url.includes('cpu-profile.server.test.ts'));
  expect(planted[0]?.name).toBe('plantedAllocator');
  expect(planted[0]?.selfBytes).toBeGreaterThan(2_000_000);
  expect(heap.top(1)).toHaveLength(1);
  expect(JSON.parse(heap.toHeapProfile())).toEqual(heap.raw);
  expect(kept.length).toBe(200);
});

test('writes a heap snapshot piece by piece, and stops on abort', async () => {
  const controller = new AbortController();
  let pieces = 0;
  const aborted = heapSnapshot(
    async () => {
      pieces += 1;
      if (pieces === 3) controller.abort(new Error('disk full'));
    },
    { signal: controller.signal },
  );
  await expect(aborted).rejects.toThrow('disk full');
  expect(pieces).toBe(3);
  await expect(heapSnapshot(() => undefined, { signal: controller.signal })).rejects.toThrow('disk full');
  let whole = '';
  await heapSnapshot((chunk) => {
    whole += chunk;
  });
  expect(JSON.parse(whole)).toHaveProperty('snapshot.meta');
  let beginning = '';
  const failing = heapSnapshot((chunk) => {
    beginning += chunk;
    throw new Error('gone');
  });
  await expect(failing).rejects.toThrow('gone');
  expect(beginning).toContain('"snapshot"');
});

test('serves an endpoint: cut to the longest, one at a time', async () => {
  const onDemand = profileOnDemand({ maxMs: 100 });
  const startedAt = performance.now();
  const first = onDemand.take({ kind: 'cpu', ms: 1e9 });
  await expect(onDemand.take({ kind: 'heap', ms: 1 })).rejects.toMatchObject({ code: 'XC_METRICS_PROFILE_BUSY' });
  const file = await first;
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(file).toMatchObject({ contentType: 'application/json', fileName: 'cpu.cpuprofile' });
  expect(JSON.parse(file.body)).toHaveProperty('nodes');
  const heap = await onDemand.take({ kind: 'heap', ms: 10 });
  expect(heap.fileName).toBe('heap.heapprofile');
  expect(JSON.parse(heap.body)).toHaveProperty('head');
  await expect(onDemand.take({ kind: 'disk' as never, ms: 1 })).rejects.toThrow('kind must be cpu or heap, got disk');
  await expect(onDemand.take({ kind: 'cpu', ms: 0 })).rejects.toThrow(RangeError);
  expect(() => profileOnDemand({ maxMs: 0 })).toThrow(RangeError);
});
