import { createServer, type IncomingMessage, type Server, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpCache, HttpHeaders, HttpResponseFacts, ProduceContext } from '../../src/http/index.ts';

/** A small reverse proxy: node's own HTTP on both sides of the cache. */
export async function startProxy(cache: HttpCache, originPort: number): Promise<{ server: Server; port: number }> {
  const server = createServer((incoming, outgoing) => {
    serve(cache, originPort, incoming, outgoing).catch(() => {
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

async function serve(
  cache: HttpCache,
  port: number,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = 'GET', url = '/', headers } = incoming;
  const facts = { method, url, headers };
  const answer = await cache.handle(facts, (context) => fetchOrigin(port, facts, Buffer.concat(chunks), context));
  outgoing.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && name !== 'transfer-encoding' && name !== 'connection') outgoing.setHeader(name, value);
  }
  if (method === 'HEAD' || answer.status === 304 || answer.status === 204) outgoing.removeHeader('content-length');
  outgoing.end(answer.body);
}

function fetchOrigin(
  port: number,
  { method, url, headers }: { method: string; url: string; headers: HttpHeaders },
  body: Buffer,
  { ifNoneMatch, ifModifiedSince }: ProduceContext,
): Promise<HttpResponseFacts> {
  // Conditions of the client are for the cache to judge; those of the cache are its own.
  const { 'if-none-match': _tag, 'if-modified-since': _since, ...others } = headers;
  const sent = {
    ...(others as Record<string, string>),
    ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { 'if-modified-since': ifModifiedSince }),
  };
  return new Promise((resolve, reject) => {
    let complete = false;
    const outgoing = send({ host: '127.0.0.1', port, method, path: url, headers: sent, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        complete = incoming.complete;
      });
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 502,
          headers: linesOf(incoming.rawHeaders),
          body: Buffer.concat(chunks),
        }),
      );
    });
    // What comes behind the length that was announced is not part of the answer.
    outgoing.on('error', (error) => setImmediate(() => complete || reject(error)));
    outgoing.end(body);
  });
}

/** Every line as it came: node's own view of headers drops repeated ones. */
function linesOf(raw: readonly string[]): HttpHeaders {
  const headers: Record<string, string[]> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase();
    headers[name] = [...(headers[name] ?? []), raw[at + 1] as string];
  }
  return Object.fromEntries(
    Object.entries(headers).map(([name, lines]) => [name, lines.length === 1 ? lines[0] : lines]),
  );
}
