import { createServer, type Server } from 'node:http';
import { createRateLimiter, rateLimitHeaders } from '@xc/ratelimit';

/** The other side: an API that lets ten calls through a second, and says so. */
export interface Api {
  readonly server: Server;
  /** Calls that it had to refuse. */
  readonly refused: number;
}

export function createApi(): Api {
  const limiter = createRateLimiter({ limits: { calls: { algorithm: 'fixed', limit: 10, windowMs: 1_000 } } });
  let refused = 0;
  const server = createServer(async (request, response) => {
    const decision = await limiter.take(request.socket.remoteAddress ?? 'unknown');
    if (!decision.allowed) refused += 1;
    response.writeHead(decision.allowed ? 200 : 429, rateLimitHeaders(decision)).end(request.url);
  });
  return {
    server,
    get refused() {
      return refused;
    },
  };
}
