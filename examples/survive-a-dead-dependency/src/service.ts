import { createServer, type Server } from 'node:http';
import type { Client } from './clients/client.ts';

/** `GET /articles/7/review`: the upstream's answer, or the last good one with `x-answer: stale`, or a 503. */
export function createService(client: Client): Server {
  return createServer((request, response) => {
    const [, article] = /^\/articles\/(\w+)\/review$/.exec(request.url ?? '') ?? [];
    if (article === undefined) {
      response.writeHead(404).end('ask for /articles/7/review\n');
      return;
    }
    client.review(article).then(
      ({ review, stale }) =>
        response.writeHead(200, { 'x-answer': stale ? 'stale' : 'fresh' }).end(JSON.stringify(review)),
      () => response.writeHead(503, { 'retry-after': '1' }).end(),
    );
  });
}
