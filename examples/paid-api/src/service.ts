import { createServer, type IncomingMessage, type Server } from 'node:http';
import { rateLimitHeaders, rateLimitProblem } from '@xc/ratelimit';
import { complete, estimate } from './model.ts';
import type { Customer, Quotas } from './quotas.ts';

/** `POST /complete` with a prompt: the answer, and what it has cost. `GET /usage`: what is left. */
export function createService(quotas: Quotas, customers: ReadonlyMap<string, Customer>): Server {
  return createServer(async (request, response) => {
    const customer = customers.get(request.headers.authorization?.replace(/^Bearer /, '') ?? '');
    if (customer === undefined) return void response.writeHead(401).end();
    const limiter = quotas.of(customer);
    if (request.url === '/usage') {
      const { limits, soft } = await limiter.peek(customer, { cost: 0 });
      const { remaining, resetAfterMs } = limits.month ?? {};
      return void response.end(JSON.stringify({ remaining, resetAfterMs, soft }));
    }

    // #region settle
    const prompt = await readText(request);
    // Nobody knows the price before the work is done: the estimate is charged first, and corrected afterwards.
    const decision = await limiter.take(customer, { cost: estimate(prompt) });
    if (!decision.allowed) {
      const { status, headers, body } = rateLimitProblem(decision);
      return void response.writeHead(status, headers).end(JSON.stringify(body));
    }
    try {
      const { text, tokens } = await complete(prompt);
      await limiter.settle(decision, tokens);
      response.writeHead(200, { ...rateLimitHeaders(decision), 'x-tokens': `${tokens}` }).end(text);
    } catch {
      // What failed is not paid for.
      await limiter.refund(decision);
      response.writeHead(500).end();
    }
    // #endregion
  });
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
