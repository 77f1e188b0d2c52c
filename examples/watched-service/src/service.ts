import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Metrics } from '@xc/metrics';
import type { SloStatus } from '@xc/metrics/rules';
import type { Instruments } from './instruments.ts';

/** What the service does for a living. */
export type FindCity = (id: string) => Promise<object | undefined>;

/** `GET /cities/:id`; for those who watch, `/metrics` and `/slo`, which do not count as visitors. */
export function createService(instruments: Instruments, find: FindCity, status: () => SloStatus): Server {
  const { metrics, http, lookedUp } = instruments;

  async function answer(id: string, response: ServerResponse): Promise<void> {
    try {
      const city = await find(id);
      lookedUp(city !== undefined);
      if (city === undefined) response.writeHead(404).end();
      else json(response, city);
    } catch {
      response.writeHead(500).end();
    }
  }

  return createServer(async (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    if (path === '/metrics') return void (await scraped(metrics, request, response));
    if (path === '/slo') return json(response, status());
    // #region measured
    const id = /^\/cities\/([^/]+)$/.exec(path)?.[1];
    const exchange = http.begin({ method: request.method ?? '' });
    response.on('close', () => {
      exchange.end({
        // The template, never the path: a scanner cannot make series.
        route: id === undefined ? '' : '/cities/:id',
        status: response.headersSent ? response.statusCode : undefined,
        aborted: !response.writableFinished,
      });
    });
    // #endregion
    if (id === undefined) response.writeHead(404).end();
    else await answer(id, response);
  });
}

async function scraped(metrics: Metrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { accept, 'accept-encoding': acceptEncoding } = request.headers;
  const page = await metrics.scrape({ accept, acceptEncoding: String(acceptEncoding ?? '') });
  response.writeHead(200, page.headers).end(page.body);
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
