import { scrypt, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { promisify } from 'node:util';
import { clientIpResolver, ipKey, rateLimitHeaders, rateLimitProblem } from '@xc/ratelimit';
import type { LoginGuard } from './login-guard.ts';

const hash = promisify<string, string, number, Buffer>(scrypt);
const clientIp = clientIpResolver({ trusted: ['loopback'] });

/** `POST /login` with `{ account, password }`: 204, 401, or 429 as a problem document. */
export function createService(guard: LoginGuard, passwords: ReadonlyMap<string, string>): Server {
  async function isRight(account: string, password: string): Promise<boolean> {
    const known = passwords.get(account) ?? '';
    // Hashed for unknown accounts too: the time taken must not tell which accounts there are.
    const [right, given] = await Promise.all([hash(known, account, 32), hash(password, account, 32)]);
    return timingSafeEqual(right, given) && known !== '';
  }

  return createServer(async (request, response) => {
    const login = request.method === 'POST' && request.url === '/login' ? await readLogin(request) : undefined;
    if (login === undefined) return void response.writeHead(404).end();
    const address = clientIp(request.socket.remoteAddress, request.headers['x-forwarded-for']);
    const decision = await guard.begin({ ip: ipKey(address ?? '') ?? 'unknown', account: login.account });
    if (!decision.allowed) {
      const { status, headers, body } = rateLimitProblem(decision);
      return void response.writeHead(status, headers).end(JSON.stringify(body));
    }
    if (!(await isRight(login.account, login.password))) {
      return void response.writeHead(401, rateLimitHeaders(decision)).end();
    }
    await guard.succeeded(decision);
    response.writeHead(204).end();
  });
}

async function readLogin(request: IncomingMessage): Promise<{ account: string; password: string } | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  try {
    const { account, password } = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    const isText = typeof account === 'string' && account !== '' && typeof password === 'string';
    return isText ? { account, password } : undefined;
  } catch {
    return undefined;
  }
}
