import { createServer, type Server } from 'node:http';
import type { Rates } from './rates.ts';

/** `GET /rates/USD` answers with a rate, `GET /healthz` with the state of the breaker. */
export function createService(rates: Rates): Server {
  return createServer((request, response) => {
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const [, currency] = /^\/rates\/([A-Z]{3})$/.exec(request.url ?? '') ?? [];
    if (request.url === '/healthz') {
      send(200, { status: rates.breaker.state === 'closed' ? 'up' : 'degraded', bank: rates.breaker.state });
    } else if (currency === undefined) {
      send(404, { error: 'ask for /rates/USD' });
    } else {
      rates.of(currency).then(
        (rate) => send(200, rate),
        () => send(503, { error: `no rate for ${currency} now` }),
      );
    }
  });
}
