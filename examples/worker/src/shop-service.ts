import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Metrics } from '@xc/metrics';
import { createDashboard } from '@xc/queue/dashboard';
import type { Order } from './shop-jobs.ts';
import type { ShopWorker } from './shop-worker.ts';

export interface ShopServiceOptions {
  readonly metrics: Metrics;
  /** The application's own way to tell who may look at its queues. */
  mayOperate(headers: Headers): boolean;
}

/** `POST /orders`; for those who run it `/metrics`, `/healthz` and `/queues`. */
export function createShopService(shop: ShopWorker, options: ShopServiceOptions): Server {
  // #region dashboard
  const dashboard = createDashboard([shop.queue], {
    basePath: '/queues',
    authorize: (request) => options.mayOperate(request.headers),
    write: true,
    redact: (data) => ({ ...(data as Order), customer: '***' }),
  });
  // #endregion
  const probe = shop.queue.probe();

  async function answerTo(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/queues' || pathname.startsWith('/queues/')) return dashboard(request);
    if (pathname === '/metrics') {
      const page = await options.metrics.scrape({ accept: request.headers.get('accept') ?? '' });
      return new Response(page.body, { headers: { ...page.headers } });
    }
    if (pathname === '/healthz') {
      const health = await probe.check(request.signal);
      return Response.json(health, { status: health.status === 'down' ? 503 : 200 });
    }
    if (pathname !== '/orders' || request.method !== 'POST') return new Response(null, { status: 404 });
    const ref = await shop.charge((await request.json()) as Order);
    return Response.json({ job: ref.id, outcome: ref.outcome }, { status: 202 });
  }

  return createServer((incoming, outgoing) => {
    requestOf(incoming)
      .then(answerTo)
      .catch((error: Error) => new Response(error.message, { status: 400 }))
      .then((response) => send(outgoing, response));
  });
}

// #region server
async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', headers, url = '/' } = incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = chunks.length === 0 ? null : Buffer.concat(chunks);
  return new Request(`http://${headers.host}${url}`, { method, headers: headersOf(headers), body });
}

function headersOf(headers: IncomingMessage['headers']): Headers {
  const found = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]);
  return new Headers(found);
}

async function send(outgoing: ServerResponse, response: Response): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
// #endregion
