import { gunzipSync } from 'node:zlib';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createMetrics, type Exposition, type Metrics } from '../src/index.ts';
import { parseExposition, seriesOf } from '../src/testing/index.ts';
import { familiesOf, openMetrics, textOf } from './scraped.ts';

const help = 'Something.';
const quiet = { selfMetrics: false };
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('an exposition', () => {
  test('has families by name, series by age, and ends in a line feed', async () => {
    const metrics = createMetrics(quiet);
    const b = metrics.counter({ name: 'b_total', help: 'B.', labels: ['x'] });
    metrics.gauge({ name: 'a', help: 'A.' });
    metrics.gauge({ name: 'Z', help: 'Z.', labels: ['x'] });
    for (const value of ['z', 'a', 'm']) b.at(value).inc();
    b.remove({ x: 'a' });
    b.at('a').inc(2);
    expect(await textOf(metrics)).toBe(
      [
        '# HELP Z Z.\n# TYPE Z gauge\n',
        '# HELP a A.\n# TYPE a gauge\na 0\n',
        '# HELP b_total B.\n# TYPE b_total counter\nb_total{x="z"} 1\nb_total{x="m"} 1\nb_total{x="a"} 2\n',
      ].join(''),
    );
  });

  test('in OpenMetrics calls a counter by its family, knows units and ends in EOF', async () => {
    const metrics = createMetrics(quiet);
    metrics.counter({ name: 'io_bytes_total', help: 'A "b".', unit: 'bytes' }).at().inc(3);
    metrics.gauge({ name: 'age', help: 'A.', unit: 'seconds' }).at().set(1.5);
    metrics.counter({ name: 'plain', help: 'P.' }).at().inc();
    metrics
      .histogram({ name: 'h', help: 'H.', labels: ['x'], buckets: [1, 100_000, 1e6] })
      .at('y')
      .record(2);
    expect(await textOf(metrics, openMetrics)).toBe(
      [
        '# HELP age A.\n# TYPE age gauge\nage 1.5\n',
        '# HELP h H.\n# TYPE h histogram\nh_bucket{x="y",le="1.0"} 0\nh_bucket{x="y",le="100000.0"} 1\n',
        'h_bucket{x="y",le="1e+06"} 1\nh_bucket{x="y",le="+Inf"} 1\nh_sum{x="y"} 2\nh_count{x="y"} 1\n',
        '# HELP io_bytes A \\"b\\".\n# TYPE io_bytes counter\n# UNIT io_bytes bytes\nio_bytes_total 3\n',
        '# HELP plain P.\n# TYPE plain counter\nplain_total 1\n# EOF\n',
      ].join(''),
    );
  });

  test('in OpenMetrics gives up the type of a counter whose family is called as something else', async () => {
    const metrics = createMetrics(quiet);
    metrics.counter({ name: 'jobs_total', help }).at().inc(2);
    metrics.gauge({ name: 'jobs', help }).at().set(7);
    metrics.counter({ name: 'mails_total', help }).at().inc(3);
    metrics.gauge({ name: 'mails_created', help }).at().set(8);
    const families = await familiesOf(metrics, 'openmetrics');
    expect(families.map(({ name, type, samples }) => [name, type, samples[0]?.name, samples[0]?.value])).toEqual([
      ['jobs', 'gauge', 'jobs', 7],
      ['jobs_total', 'unknown', 'jobs_total', 2],
      ['mails_created', 'gauge', 'mails_created', 8],
      ['mails_total', 'unknown', 'mails_total', 3],
    ]);
  });

  test('in OpenMetrics has no sum where it could fall', async () => {
    const metrics = createMetrics(quiet);
    metrics
      .histogram({ name: 'a', help, buckets: [-1, 1] })
      .at()
      .record(0.5);
    metrics
      .histogram({ name: 'b', help, buckets: [1] })
      .at()
      .record(-3);
    const families = await familiesOf(metrics, 'openmetrics');
    expect(families.map(({ samples }) => samples.length)).toEqual([3, 2]);
    expect((await familiesOf(metrics)).map(({ samples }) => samples.at(-2)?.value)).toEqual([0.5, -3]);
  });

  test('has the times of creation where that was asked for', async () => {
    const clock = new ManualClock(1_700_000_000_500);
    const metrics = createMetrics({ ...quiet, created: true, clock });
    metrics.counter({ name: 'c_total', help }).at().inc();
    await clock.advance(1_000);
    metrics
      .histogram({ name: 'h', help, labels: ['x'], buckets: [] })
      .at('1')
      .record(1);
    const text = await textOf(metrics, openMetrics);
    expect(text).toContain('c_total 1\nc_created 1700000000.5\n');
    expect(text).toContain('h_created{x="1"} 1700000001.5\n');
    parseExposition(text, 'openmetrics');
    expect(await textOf(metrics)).not.toContain('_created');
  });

  test('renames nothing: the same names are there after both formats', async () => {
    const metrics = createMetrics();
    const counter = metrics.counter({ name: 'a_total', help });
    counter.at().inc();
    const before = metrics.declarations();
    await textOf(metrics, openMetrics);
    expect(await textOf(metrics)).toContain('# TYPE a_total counter\na_total 1\n');
    expect(metrics.declarations()).toEqual(before);
    expect(metrics.counter({ name: 'a_total', help })).toBe(counter);
  });

  test('holds only the families that were asked for', async () => {
    const metrics = createMetrics();
    metrics
      .histogram({ name: 'h_seconds', help, buckets: [1] })
      .at()
      .record(1);
    metrics.counter({ name: 'c_total', help }).at().inc();
    const { body, series } = await metrics.scrape({ names: ['h_seconds', 'none'] });
    const families = parseExposition(new TextDecoder().decode(body), 'text');
    expect(families.map(({ name }) => name)).toEqual(['h_seconds']);
    expect(series).toBe(1);
    const inOpenMetrics = await metrics.scrape({ names: ['c_total'], accept: openMetrics });
    expect(new TextDecoder().decode(inOpenMetrics.body)).toContain('c_total 1\n# EOF\n');
  });

  test('says how it is to be read', async () => {
    const metrics = createMetrics(quiet);
    metrics.gauge({ name: 'a', help });
    expect((await metrics.scrape()).headers).toEqual({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      vary: 'accept, accept-encoding',
      'cache-control': 'no-store',
    });
    const { headers } = await metrics.scrape({ accept: openMetrics, acceptEncoding: 'gzip' });
    expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(headers['content-encoding']).toBeUndefined();
  });

  test.each([
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['*', true],
    ['X-GZIP', true],
    ['gzip;q=0', false],
    ['*;q=0', false],
    ['gzip;q=0, *', false],
    ['identity', false],
    ['', false],
    ['gzip;q=x', false],
  ])('is compressed for %j: %j', async (acceptEncoding, compressed) => {
    const metrics = createMetrics();
    metrics.gauge({ name: 'a', help: 'x'.repeat(1_024) });
    const { headers, body } = await metrics.scrape({ acceptEncoding });
    expect(headers['content-encoding']).toBe(compressed ? 'gzip' : undefined);
    const text = (compressed ? gunzipSync(body) : Buffer.from(body)).toString();
    expect(text).toContain('# TYPE xc_metrics_series gauge\n');
  });
});

describe('an accept header', () => {
  test.each([
    ['APPLICATION/OpenMetrics-Text; VERSION=1.0.0', 'openmetrics'],
    ['application/openmetrics-text;q=oops', 'text'],
    ['application/openmetrics-text;q="0.7"', 'openmetrics'],
    ['application/openmetrics-text;q=2', 'text'],
    ['application/openmetrics-text;version=0.0.1', 'openmetrics'],
    ['application/*', 'text'],
    ['text/plain;q=0.9, application/openmetrics-text;q=0.8, application/openmetrics-text;q=0.9', 'openmetrics'],
    ['a/b;x="application/openmetrics-text,";q=1', 'text'],
  ])('%j means %s', async (accept, format) => {
    const { headers } = await createMetrics().scrape({ accept });
    expect(headers['content-type']?.startsWith('application/openmetrics-text')).toBe(format === 'openmetrics');
  });
});

describe('concurrent scrapes', () => {
  /** A Metrics with a collector that waits, so that scrapes overlap. */
  function gated(): { metrics: Metrics; open(): void; collected(): number } {
    const metrics = createMetrics();
    let open = () => {};
    let collected = 0;
    metrics.collect('gate', () => {
      collected++;
      return new Promise<void>((resolve) => {
        open = resolve;
      });
    });
    return { metrics, open: () => open(), collected: () => collected };
  }

  test('share one rendering, and the next one sees newer values', async () => {
    const { metrics, open, collected } = gated();
    const cell = metrics.counter({ name: 'a_total', help }).at();
    const scrapes = Array.from({ length: 50 }, () => metrics.scrape());
    await turn();
    open();
    const [first, ...rest] = await Promise.all(scrapes);
    expect(collected()).toBe(1);
    for (const { body } of rest) expect(body).toBe(first?.body);
    cell.inc();
    const next = metrics.scrape();
    await turn();
    open();
    expect(new TextDecoder().decode((await next).body)).toContain('\na_total 1\n');
    expect(collected()).toBe(2);
  });

  test('of other formats and filters are renderings of their own; compression is not', async () => {
    const { metrics, open, collected } = gated();
    const all = ['text/plain', openMetrics].map((accept) => metrics.scrape({ accept }));
    await turn();
    expect(collected()).toBe(2);
    open();
    const names = metrics.scrape({ names: ['a', 'b'] });
    const same = metrics.scrape({ names: ['b', 'a', 'b'], acceptEncoding: 'gzip' });
    await turn();
    expect(collected()).toBe(3);
    void [...all, names, same].map((scrape) => scrape.catch(() => {}));
    open();
    await Promise.all([names, same]);
  });

  test('let one go alone, and stop when the last one went', async () => {
    const metrics = createMetrics();
    let stopped = false;
    let open = () => {};
    metrics.collect('gate', (signal) => {
      signal.addEventListener('abort', () => {
        stopped = true;
      });
      return new Promise<void>((resolve) => {
        open = resolve;
      });
    });
    const controllers = [new AbortController(), new AbortController()];
    const reason = new Error('gone');
    const [one, other] = controllers.map(({ signal }) => metrics.scrape({ signal })) as [
      Promise<Exposition>,
      Promise<Exposition>,
    ];
    controllers[0]?.abort(reason);
    await expect(one).rejects.toBe(reason);
    expect(stopped).toBe(false);
    controllers[1]?.abort(reason);
    await expect(other).rejects.toBe(reason);
    await turn();
    expect(stopped).toBe(true);
    const fresh = metrics.scrape();
    await turn();
    open();
    expect((await fresh).series).toBeGreaterThan(0);
  });

  test('that have given up before they begin do nothing', async () => {
    const { metrics, collected } = gated();
    const reason = new Error('gone');
    await expect(metrics.scrape({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(collected()).toBe(0);
  });
});

describe('collectors', () => {
  test('run before each scrape, all at once, until cancelled', async () => {
    const metrics = createMetrics();
    const gauge = metrics.gauge({ name: 'g', help }).at();
    let running = 0;
    let most = 0;
    const collect = async () => {
      most = Math.max(most, ++running);
      await turn();
      running--;
      gauge.add(1);
    };
    const first = metrics.collect('one', collect);
    metrics.collect('two', collect);
    expect(await textOf(metrics)).toContain('\ng 2\n');
    expect(most).toBe(2);
    first.cancel();
    first.cancel();
    expect(await textOf(metrics)).toContain('\ng 3\n');
  });

  test('that throw, reject or hang fail no scrape and are counted', async () => {
    const clock = new ManualClock();
    const logger = new MemoryLogger();
    const metrics = createMetrics({ clock, logger, collectTimeoutMs: 500 });
    const gauge = metrics.gauge({ name: 'g', help }).at();
    let signalOfHung: AbortSignal | undefined;
    metrics.collect('throws', () => {
      throw new Error('no');
    });
    metrics.collect('rejects', async () => {
      throw new Error('no');
    });
    metrics.collect('hangs', (signal) => {
      signalOfHung = signal;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))));
    });
    metrics.collect('works', () => gauge.set(1));
    let answered = false;
    const scrape = textOf(metrics).then((text) => {
      answered = true;
      return text;
    });
    await clock.advance(499);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect(await scrape).toContain('\ng 1\n');
    expect(signalOfHung?.aborted).toBe(true);
    expect(seriesOf(metrics, 'xc_metrics_collector_failures_total')).toEqual({ throws: 1, rejects: 1, hangs: 1 });
    expect(clock.pending).toBe(0);
    expect(logger.find({ level: 'warn' })).toHaveLength(3);
  });

  test('do not run for a snapshot', () => {
    const metrics = createMetrics();
    let runs = 0;
    metrics.collect('one', () => {
      runs++;
    });
    metrics.snapshot();
    expect(runs).toBe(0);
    expect(() => metrics.collect('two', 'no' as never)).toThrow(TypeError);
  });
});

describe('what a Metrics says of itself', () => {
  test('is how long the last scrape took and how much there was', async () => {
    const clock = new ManualClock();
    const metrics = createMetrics({ clock });
    metrics
      .counter({ name: 'a_total', help, labels: ['x'] })
      .at('1')
      .inc();
    metrics.collect('slow', () => clock.sleep(250));
    const first = metrics.scrape();
    await clock.advance(250);
    const size = (await first).body.length;
    expect(seriesOf(metrics, 'xc_metrics_scrape_duration_seconds')).toEqual({ '': 0.25 });
    expect(seriesOf(metrics, 'xc_metrics_scrape_size_bytes')).toEqual({ '': size });
    expect(seriesOf(metrics, 'xc_metrics_series')).toEqual({ '': 1 });
  });

  test('is nothing where nobody wants it', async () => {
    const metrics = createMetrics(quiet);
    const cell = metrics.counter({ name: 'a_total', help }).at();
    cell.inc(-1);
    expect(await textOf(metrics)).toBe('# HELP a_total Something.\n# TYPE a_total counter\na_total 0\n');
    expect((await createMetrics(quiet).scrape()).body).toHaveLength(0);
  });
});
