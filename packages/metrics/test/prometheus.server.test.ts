import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, withoutPrometheus } from '@xc/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMetrics, instrumentHttpServer, runtimeMetrics } from '../src/index.ts';

const reason = withoutPrometheus();
const folder = mkdtempSync(join(tmpdir(), 'xc-prometheus-'));
const metrics = createMetrics({ created: true });
const runtime = runtimeMetrics(metrics);
const http = instrumentHttpServer(metrics);
const found = metrics.histogram({ name: 'search_duration_seconds', help: 'Searches.', labels: ['kind'] }).at('city');
const accepted = new Set<string>();

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const service = createServer(async (request, response) => {
  const exchange = http.begin({ method: request.method ?? '' });
  response.on('close', () => exchange.end({ route: '/metrics', status: response.statusCode }));
  accepted.add(String(request.headers.accept));
  found.record(0.02, { trace_id: 'abc123' });
  const page = await metrics.scrape({
    accept: String(request.headers.accept),
    acceptEncoding: String(request.headers['accept-encoding']),
  });
  response.writeHead(200, page.headers).end(page.body);
});

describe.skipIf(reason !== undefined)(`a real Prometheus ${reason ?? ''}`, () => {
  let api = '';
  let stop = async () => {};

  async function ask(path: string, query: string): Promise<unknown> {
    const asked = await fetch(`${api}/api/v1/${path}?${new URLSearchParams({ query, start: '0', end: '9999999999' })}`);
    return ((await asked.json()) as { data?: unknown }).data;
  }

  async function numberOf(query: string): Promise<number | undefined> {
    const data = (await ask('query', query)) as { result: { value: [number, string] }[] } | undefined;
    const [series] = data?.result ?? [];
    return series === undefined ? undefined : Number(series.value[1]);
  }

  beforeAll(async () => {
    const [target, port] = [await listening(service), await freePort()];
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `global: { scrape_interval: 500ms, scrape_timeout: 500ms }\nscrape_configs:\n  - job_name: xc\n    static_configs: [{ targets: ['127.0.0.1:${target}'] }]\n`,
    );
    api = `http://127.0.0.1:${port}`;
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--enable-feature=exemplar-storage',
        '--log.level=warn',
      ],
      { stdio: 'ignore' },
    );
    stop = () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      });
    const scrapes = async () => (await numberOf('sum(count_over_time(up[1m]))')) ?? 0;
    await eventually('Prometheus has scraped a few times', async () => (await scrapes()) >= 6, {
      deadlineMs: 60_000,
      everyMs: 100,
    });
  });

  afterAll(async () => {
    await stop();
    runtime.stop();
    service.close();
    service.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  test('asks for OpenMetrics and takes every scrape', async () => {
    expect([...accepted][0]).toContain('application/openmetrics-text');
    expect(await numberOf('min_over_time(up[1m])')).toBe(1);
    const shown = metrics.declarations().length;
    expect(await numberOf('count(count by (__name__) ({job="xc"}))')).toBeGreaterThan(shown);
    expect(await numberOf('scrape_samples_scraped')).toBe(await numberOf('scrape_samples_post_metric_relabeling'));
  });

  test('reads counters, gauges and histograms for what they are', async () => {
    expect(await numberOf('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(await numberOf('xc_metrics_scrape_size_bytes')).toBeGreaterThan(1_000);
    expect(await numberOf('http_server_request_duration_seconds_count{route="/metrics",status="200"}')).toBeGreaterThan(
      3,
    );
    const median = await numberOf('histogram_quantile(0.5, sum by (le) (rate(search_duration_seconds_bucket[1m])))');
    expect(median).toBeGreaterThan(0.01);
    expect(median).toBeLessThanOrEqual(0.025);
    const types = (await (await fetch(`${api}/api/v1/metadata`)).json()) as {
      data: Record<string, { type: string }[]>;
    };
    expect(types.data.search_duration_seconds?.[0]?.type).toBe('histogram');
    expect(types.data.http_server_aborted?.[0]?.type).toBe('counter');
  });

  test('keeps exemplars', async () => {
    const kept = (await ask('query_exemplars', 'search_duration_seconds_bucket')) as {
      exemplars: { labels: Record<string, string>; value: string }[];
    }[];
    expect(kept[0]?.exemplars[0]).toMatchObject({ labels: { trace_id: 'abc123' }, value: '0.02' });
  });
});
