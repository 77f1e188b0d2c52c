import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '@xc/core';
import { attribution } from '../data/geonames.ts';
import type { TextMeter } from '../metrics/text-meter.ts';
import type { Answer, CityGuide } from './city-guide.ts';
import { HttpError } from './http-error.ts';
import { RecentRequests } from './recent-requests.ts';
import { readBeginning, readId, readPoint, readTrip } from './request-input.ts';
import { statusPage } from './status-page.ts';

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type: string;
  readonly stale?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServiceOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly meter: TextMeter;
}

/** The HTTP service of the city guide: the same routes whatever guide answers behind them. */
export function createService(guide: CityGuide, options: ServiceOptions): Server {
  const { name, clock, meter } = options;
  const recent = new RecentRequests(clock);
  const requests = meter.counter({ name: 'atlas_requests_total', help: 'Questions to the guide', labels: ['answer'] });
  const counted = { fresh: requests.at('fresh'), stale: requests.at('stale'), error: requests.at('error') };
  const seconds = meter.histogram({ name: 'atlas_request_seconds', help: 'How long a question took' }).at();

  async function admitted(request: IncomingMessage, url: URL, signal: AbortSignal): Promise<Reply | undefined> {
    const [, route = '', rest] = /^\/(\w+)(?:\/(.+))?$/.exec(url.pathname) ?? [];
    const admission = await guide.admit?.({
      route,
      remoteAddress: request.socket.remoteAddress,
      forwardedFor: request.headers['x-forwarded-for'],
    });
    if (admission?.admitted === false) return { ...json(admission.status, admission.body), headers: admission.headers };
    try {
      return await ask(request, url, route, rest, signal);
    } finally {
      admission?.leave();
    }
  }

  async function ask(
    request: IncomingMessage,
    url: URL,
    route: string,
    rest: string | undefined,
    signal: AbortSignal,
  ): Promise<Reply | undefined> {
    const query = url.searchParams;
    if (route === 'cities' && rest !== undefined) {
      const answer = await guide.place(readId(rest), signal);
      if (answer.value === undefined) throw new HttpError(404, `no city ${rest}`);
      return answered(answer, answer.value);
    }
    if (rest !== undefined) return undefined;
    if (route === 'near') {
      const answer = await guide.near(readPoint(query), signal);
      return answered(answer, { places: answer.value });
    }
    if (route === 'search') {
      const answer = await guide.search(readBeginning(query), signal);
      return answered(answer, { places: answer.value });
    }
    if (route === 'trips') {
      const trip = await readTrip(request);
      const answer = await guide.book(trip, signal);
      return answered(answer, { id: trip.id, confirmation: answer.stale ? 'held' : 'enqueued' }, 202);
    }
    return undefined;
  }

  function watch(url: URL, accepts: string): Reply | undefined {
    const { status, facts } = guide.health();
    if (url.pathname === '/metrics') return { status: 200, body: meter.text(), type: 'text/plain; version=0.0.4' };
    // Degraded is alive: whoever restarts processes by this page must leave it alone.
    if (url.pathname === '/healthz') return json(status === 'down' ? 503 : 200, { status });
    if (url.pathname !== '/status') return undefined;
    const figures = { name, status, facts, lastTenSeconds: recent.figures(), attribution };
    if (accepts.includes('application/json')) return json(200, figures);
    return { status: 200, body: statusPage(figures), type: 'text/html; charset=utf-8' };
  }

  async function reply(request: IncomingMessage, signal: AbortSignal): Promise<Reply> {
    const url = URL.canParse(request.url ?? '', 'http://localhost')
      ? new URL(request.url ?? '', 'http://localhost')
      : undefined;
    if (url === undefined) return json(400, { error: 'the path is not a path' });
    const allowed = url.pathname === '/trips' ? 'POST' : 'GET';
    const watched = request.method === 'GET' ? watch(url, request.headers.accept ?? '') : undefined;
    if (watched !== undefined) return watched;
    const from = clock.monotonic();
    let said: Reply | undefined;
    try {
      if (request.method === allowed) said = await admitted(request, url, signal);
      else throw new HttpError(405, `${url.pathname} is for ${allowed}`);
      said ??= json(404, { error: `nothing at ${url.pathname}` });
    } catch (error) {
      said = failed(error);
    }
    const latencyMs = clock.monotonic() - from;
    const stale = said.stale === true;
    counted[said.status >= 500 ? 'error' : stale ? 'stale' : 'fresh'].inc();
    seconds.record(latencyMs / 1_000);
    recent.add({ latencyMs, status: said.status, stale });
    return said;
  }

  const server = createServer((request, response) => {
    const left = new AbortController();
    response.on('close', () => left.abort(new Error('the visitor left')));
    void reply(request, left.signal).then((said) => write(response, said));
  });
  // Longer than any pause of a client that keeps its connection, so that no request meets a closing one.
  server.keepAliveTimeout = 60_000;
  return server;
}

function answered(answer: Answer<unknown>, body: unknown, status = 200): Reply {
  return { ...json(status, body), stale: answer.stale };
}

function json(status: number, body: unknown): Reply {
  return { status, body: JSON.stringify(body), type: 'application/json' };
}

function failed(error: unknown): Reply {
  if (error instanceof HttpError) return json(error.status, { error: error.message });
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return json(503, { error: 'the guide cannot answer now', code });
}

function write(response: ServerResponse, { status, body, type, stale, headers = {} }: Reply): void {
  if (stale !== undefined) response.setHeader('x-answer', stale ? 'stale' : 'fresh');
  if (status === 503) response.setHeader('retry-after', '2');
  if (status === 413) response.setHeader('connection', 'close');
  response.setHeader('content-type', type);
  for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
  response.writeHead(status).end(body);
}
