import assert from 'node:assert/strict';

// #region usage
import { createServer } from 'node:http';
import { createMetrics, instrumentHttpServer, runtimeMetrics } from '@xc/metrics';

const metrics = createMetrics({ labels: { service: 'atlas' } });
const http = instrumentHttpServer(metrics);
const runtime = runtimeMetrics(metrics);

// Declared once, bound once: a cell is a memory slot, and a write costs nanoseconds.
const searches = metrics.counter({
  name: 'searches_total',
  help: 'Searches by what was found.',
  labels: ['found'],
});
const [something, nothing] = [searches.at('something'), searches.at('nothing')];

const server = createServer(async (request, response) => {
  if (request.url === '/metrics') {
    const { accept, 'accept-encoding': acceptEncoding } = request.headers;
    const page = await metrics.scrape({ accept, acceptEncoding: String(acceptEncoding ?? '') });
    response.writeHead(200, page.headers).end(page.body);
    return;
  }
  const exchange = http.begin({ method: request.method ?? '' });
  response.on('close', () => {
    exchange.end({ route: '/search', status: response.statusCode, aborted: !response.writableFinished });
  });
  const found = request.url?.includes('lisbon');
  (found ? something : nothing).inc();
  response.end(found ? 'Lisbon' : 'nothing');
});
// #endregion

server.listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const address = server.address();
assert.ok(typeof address === 'object' && address !== null);
const at = `http://127.0.0.1:${address.port}`;
const answer = await fetch(`${at}/search?q=lisbon`);
assert.equal(await answer.text(), 'Lisbon');
await new Promise((resolve) => setTimeout(resolve, 20));
const scraped = await fetch(`${at}/metrics`, { headers: { accept: 'application/openmetrics-text' } });
const text = await scraped.text();
assert.match(text, /^searches_total\{service="atlas",found="something"\} 1$/m);
assert.match(text, /^http_server_request_duration_seconds_count\{[^}]*route="\/search",status="200"\} 1$/m);
assert.match(text, /# EOF\n$/);
assert.equal(scraped.headers.get('content-type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8');
runtime.stop();
server.close();
server.closeAllConnections();
