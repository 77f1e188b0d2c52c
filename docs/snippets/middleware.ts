import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  clientIpResolver,
  createRateLimiter,
  ipKey,
  rateLimitHeaders,
  rateLimitProblem,
} from '@xc/ratelimit';

const limiter = createRateLimiter({
  limits: { ip: { limit: 2, windowMs: 60_000 } },
});
const clientIp = clientIpResolver({ trusted: ['loopback'] });

const server = createServer(async (request, response) => {
  const address = clientIp(
    request.socket.remoteAddress,
    request.headers['x-forwarded-for'],
  );
  const decision = await limiter.take(ipKey(address ?? '') ?? 'unknown');
  if (!decision.allowed) {
    const { status, headers, body } = rateLimitProblem(decision);
    response.writeHead(status, headers).end(JSON.stringify(body));
    return;
  }
  response.writeHead(200, rateLimitHeaders(decision)).end('Lisbon');
});

server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const ask = async () => {
  const headers = { 'x-forwarded-for': '203.0.113.7' };
  return (await fetch(`http://127.0.0.1:${port}`, { headers })).status;
};
assert.deepEqual([await ask(), await ask(), await ask()], [200, 200, 429]);
server.closeAllConnections();
server.close();
