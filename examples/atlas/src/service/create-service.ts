import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '@xc/core';
import { type HttpExchange, instrumentHttpServer } from '@xc/metrics';
import { attribution } from '../data/geonames.ts';
import type { WatchedService } from '../metrics/watched-service.ts';
import type { Answer, CityGuide } from './city-guide.ts';
import { HttpError } from './http-error.ts';
import { RecentRequests } from './recent-requests.ts';
import { readBeginning, readId, readPoint, readTrip } from './request-input.ts';
import { statusPage } from './status-page.ts';

interface Reply {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly type: string;
  readonly stale?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServiceOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly watched: WatchedService;
}

/** The HTTP service of the city guide: the same routes whatever guide answers behind them. */
export function createService(guide: CityGuide, options: ServiceOptions): Server {
  const { name, clock, watched } = options;
  const meter = watched.metrics;
  const http = instrumentHttpServer(meter, { clock });
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

  async function watch(url: URL, request: IncomingMessage): Promise<Reply | undefined> {
    const { status, facts } = guide.health();
    if (url.pathname === '/metrics') return page(request);
    // Degraded is alive: whoever restarts processes by this page must leave it alone.
    if (url.pathname === '/healthz') return json(status === 'down' ? 503 : 200, { status });
    if (url.pathname !== '/status') return undefined;
    const figures = { name, status, facts, lastTenSeconds: recent.figures(), attribution };
    if (request.headers.accept?.includes('application/json')) return json(200, figures);
    return { status: 200, body: statusPage(figures), type: 'text/html; charset=utf-8' };
  }

  async function page({ headers }: IncomingMessage): Promise<Reply> {
    const accept = headers.accept ?? '';
    const acceptEncoding = String(headers['accept-encoding'] ?? '');
    const exposition = await meter.scrape({ accept, acceptEncoding });
    return { status: 200, body: exposition.body, type: '', headers: exposition.headers };
  }

  async function reply(request: IncomingMessage, signal: AbortSignal): Promise<Reply> {
    const url = URL.canParse(request.url ?? '', 'http://localhost')
      ? new URL(request.url ?? '', 'http://localhost')
      : undefined;
    if (url === undefined) return json(400, { error: 'the path is not a path' });
    const allowed = url.pathname === '/trips' ? 'POST' : 'GET';
    const shown = request.method === 'GET' ? await watch(url, request) : undefined;
    if (shown !== undefined) return shown;
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
    watched.answer(said.status >= 500 || signal.aborted);
    return said;
  }

  const server = createServer((request, response) => {
    const exchange = http.begin({
      method: request.method ?? '',
      requestBytes: Number(request.headers['content-length'] ?? 0),
    });
    const left = new AbortController();
    response.on('close', () => {
      exchange.end(facts(request, response));
      left.abort(new Error('the visitor left'));
    });
    void reply(request, left.signal).then((said) => write(response, said, exchange));
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

/** What the instrument is told in the end: the template of the route, never the path. */
function facts(request: IncomingMessage, response: ServerResponse) {
  const [, first = ''] = /^\/(\w+)/.exec(request.url ?? '') ?? [];
  const aborted = !response.writableFinished;
  const status = response.headersSent ? { status: response.statusCode } : {};
  const responseBytes = Number(response.getHeader('content-length') ?? 0);
  return { ...status, aborted, responseBytes, route: routes[first] ?? '' };
}

const routes: Readonly<Record<string, string>> = {
  cities: '/cities/:id',
  near: '/near',
  search: '/search',
  trips: '/trips',
  metrics: '/metrics',
  healthz: '/healthz',
  status: '/status',
};

function write(
  response: ServerResponse,
  { status, body, type, stale, headers = {} }: Reply,
  exchange: HttpExchange,
): void {
  if (stale !== undefined) response.setHeader('x-answer', stale ? 'stale' : 'fresh');
  if (status === 503) response.setHeader('retry-after', '2');
  if (status === 413) response.setHeader('connection', 'close');
  if (type !== '') response.setHeader('content-type', type);
  for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
  response.setHeader('content-length', Buffer.byteLength(body));
  exchange.firstByte();
  response.writeHead(status).end(body);
}
