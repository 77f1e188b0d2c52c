import { readFileSync } from 'node:fs';
import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../create-metrics.ts';
import { seriesOf } from '../testing/index.ts';
import { instrumentHttpClient } from './http-client.ts';
import { instrumentHttpServer } from './http-server.ts';

const vectors = JSON.parse(readFileSync(new URL('../../test/vectors/metrics.json', import.meta.url), 'utf8'));

describe('an HTTP server', () => {
  test.each<{ begin: { method: string }; end: object; want: string[] }>(vectors.httpLabels)(
    'is labelled: %j',
    ({ begin, end, want }) => {
      const meter = new RecordingMeter();
      instrumentHttpServer(meter).begin(begin).end(end);
      expect(meter.series('http_server_request_duration_seconds').map(({ labels }) => Object.values(labels))).toEqual([
        want,
      ]);
    },
  );

  test('shows classes of status where that was asked for', () => {
    const metrics = createMetrics();
    const http = instrumentHttpServer(metrics, { status: 'class', sizes: false });
    for (const status of [200, 204, 404, 99]) http.begin({ method: 'GET' }).end({ route: '/', status });
    expect(seriesOf(metrics, 'http_server_request_duration_seconds')).toEqual({
      'GET,/,2xx': 2,
      'GET,/,4xx': 1,
      'GET,/,unknown': 1,
    });
    expect(metrics.declarations().some(({ name }) => name.includes('size_bytes') && name.startsWith('http'))).toBe(
      false,
    );
  });

  test('is timed by the monotonic clock, from begin to first byte and to the end', async () => {
    const clock = new ManualClock();
    const meter = new RecordingMeter();
    const exchange = instrumentHttpServer(meter, { clock }).begin({ method: 'POST', requestBytes: 300 });
    await clock.advance(40);
    clock.set(0);
    exchange.firstByte();
    await clock.advance(60);
    exchange.firstByte();
    exchange.end({ route: '/x', status: 201, responseBytes: 5_000 });
    const labels = { method: 'POST', route: '/x' };
    expect(meter.observations('http_server_request_duration_seconds', { ...labels, status: '201' })).toEqual([0.1]);
    expect(meter.observations('http_server_first_byte_duration_seconds', labels)).toEqual([0.04]);
    expect(meter.observations('http_server_request_size_bytes', labels)).toEqual([300]);
    expect(meter.observations('http_server_response_size_bytes', labels)).toEqual([5_000]);
  });

  test('counts an end once, and what is in flight returns to zero', () => {
    const metrics = createMetrics();
    const http = instrumentHttpServer(metrics);
    const exchanges = ['GET', 'get', 'BREW'].map((method) => http.begin({ method }));
    expect(seriesOf(metrics, 'http_server_requests_in_flight')).toEqual({ GET: 2, OTHER: 1 });
    for (const exchange of [...exchanges, ...exchanges]) exchange.end({ status: 200 });
    for (const exchange of exchanges) exchange.firstByte();
    expect(seriesOf(metrics, 'http_server_requests_in_flight')).toEqual({ GET: 0, OTHER: 0 });
    expect(seriesOf(metrics, 'http_server_request_duration_seconds')).toEqual({
      'GET,unmatched,200': 2,
      'OTHER,unmatched,200': 1,
    });
  });

  test('counts clients that left, before a status or after', () => {
    const metrics = createMetrics();
    const http = instrumentHttpServer(metrics);
    http.begin({ method: 'GET' }).end({ route: '/', aborted: true });
    http.begin({ method: 'GET' }).end({ route: '/', aborted: true, status: 200 });
    expect(seriesOf(metrics, 'http_server_aborted_total')).toEqual({ 'GET,/': 2 });
    expect(seriesOf(metrics, 'http_server_request_duration_seconds')).toEqual({ 'GET,/,aborted': 1, 'GET,/,200': 1 });
  });
});

describe('an HTTP client', () => {
  test('is labelled by host without credentials and by outcome', async () => {
    const clock = new ManualClock();
    const metrics = createMetrics();
    const client = instrumentHttpClient(metrics, { clock });
    const call = client.begin({ method: 'get', host: 'user:secret@API.example.com:8443' });
    expect(seriesOf(metrics, 'http_client_requests_in_flight')).toEqual({ 'api.example.com:8443': 1 });
    await clock.advance(20);
    call.end({ status: 204 });
    call.end({ status: 500 });
    expect(seriesOf(metrics, 'http_client_request_duration_seconds')).toEqual({ 'GET,api.example.com:8443,2xx': 1 });
    expect(seriesOf(metrics, 'http_client_requests_in_flight')).toEqual({ 'api.example.com:8443': 0 });
  });

  test('has one label for the hosts that it was not told of', () => {
    const metrics = createMetrics();
    const client = instrumentHttpClient(metrics, { hosts: ['API.example.com'] });
    for (const host of ['api.example.com', 'x@api.example.com', 'evil.example']) {
      client.begin({ method: 'GET', host }).end({ status: 200 });
    }
    expect(seriesOf(metrics, 'http_client_request_duration_seconds')).toEqual({
      'GET,api.example.com,2xx': 2,
      'GET,__other__,2xx': 1,
    });
  });

  test.each<[string, { status?: number; error?: unknown }]>([
    ['2xx', { status: 200 }],
    ['3xx', { status: 304 }],
    ['4xx', { status: 404 }],
    ['5xx', { status: 503 }],
    ['error', {}],
    ['error', { error: new Error('reset') }],
    ['timeout', { error: new DOMException('late', 'TimeoutError') }],
    ['timeout', { error: Object.assign(new Error('x'), { code: 'ETIMEDOUT' }) }],
    ['timeout', { error: Object.assign(new Error('x'), { code: 'XC_BREAKER_TIMEOUT' }) }],
    [
      'timeout',
      { error: Object.assign(new TypeError('fetch failed', { cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } })) },
    ],
    ['aborted', { error: new DOMException('gone', 'AbortError') }],
    ['aborted', { status: 200, error: AbortSignal.abort().reason }],
    ['error', { error: 'text' }],
    ['error', { error: null }],
  ])('says %s for %o', (outcome, facts) => {
    const meter = new RecordingMeter();
    instrumentHttpClient(meter).begin({ method: 'GET', host: 'a' }).end(facts);
    expect(meter.series('http_client_request_duration_seconds').map(({ labels }) => labels.outcome)).toEqual([outcome]);
  });

  test('takes an error whose causes go round for an error', () => {
    const meter = new RecordingMeter();
    const error = new Error('a', { cause: new Error('b') });
    (error.cause as Error).cause = error;
    instrumentHttpClient(meter).begin({ method: 'GET', host: 'a' }).end({ error });
    expect(meter.series('http_client_request_duration_seconds')[0]?.labels.outcome).toBe('error');
  });
});
