import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Metrics } from '@xc/metrics';
import type { SloStatus } from '@xc/metrics/rules';
import type { Instruments } from './instruments.ts';

/** What the service does for a living. */
export type FindCity = (id: string) => Promise<object | undefined>;

interface Answer {
  readonly status: number;
  readonly body?: object;
}

/** `GET /cities/:id`; for those who watch, `/metrics` and `/slo`, which do not count as visitors. */
export function createService(instruments: Instruments, find: FindCity, status: () => SloStatus): Server {
  const { metrics, http, lookedUp } = instruments;

  async function answerTo(id: string): Promise<Answer> {
    try {
      const city = await find(id);
      lookedUp(city !== undefined);
      return city === undefined ? { status: 404 } : { status: 200, body: city };
    } catch {
      return { status: 500 };
    }
  }

  return createServer(async (request, response) => {
    const { method = '', headers, url = '' } = request;
    const [path = ''] = url.split('?');
    if (path === '/metrics') return void (await scraped(metrics, request, response));
    if (path === '/slo') return void send(response, { status: 200, body: status() });
    const id = /^\/cities\/([^/]+)$/.exec(path)?.[1];
    const exchange = http.begin({ method, requestBytes: Number(headers['content-length'] ?? 0) });
    let responseBytes = 0;
    response.on('close', () => {
      exchange.end({
        // The template, never the path: a scanner cannot make series.
        route: id === undefined ? '' : '/cities/:id',
        status: response.headersSent ? response.statusCode : undefined,
        responseBytes,
        aborted: !response.writableFinished,
      });
    });
    const answer = id === undefined ? { status: 404 } : await answerTo(id);
    exchange.firstByte();
    responseBytes = send(response, answer);
  });
}

async function scraped(metrics: Metrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { accept, 'accept-encoding': acceptEncoding } = request.headers;
  const page = await metrics.scrape({ accept, acceptEncoding: String(acceptEncoding ?? '') });
  response.writeHead(200, page.headers).end(page.body);
}

/** Sends an answer, and says how many bytes its body has. */
function send(response: ServerResponse, { status, body }: Answer): number {
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' }).end(bytes);
  return bytes.length;
}
