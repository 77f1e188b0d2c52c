import { createServer, type Server } from 'node:http';

/** `slow` answers after two seconds, `errors` with a 500 at once, `hang` never. */
export type Mood = 'well' | 'slow' | 'errors' | 'hang';

/** The service that ours depends on: it knows what people think of an article. */
export interface Upstream {
  readonly server: Server;
  /** How many calls have reached it. */
  readonly calls: number;
  mood: Mood;
}

const USUAL_MS = 10;
const SLOW_MS = 2_000;

export function createUpstream(): Upstream {
  const upstream = { mood: 'well' as Mood, calls: 0 };
  const server = createServer((request, response) => {
    upstream.calls += 1;
    const answer = () => response.end(JSON.stringify({ article: request.url?.slice(1), stars: 4.5 }));
    if (upstream.mood === 'well') setTimeout(answer, USUAL_MS);
    else if (upstream.mood === 'slow') setTimeout(answer, SLOW_MS);
    else if (upstream.mood === 'errors') response.writeHead(500).end();
  });
  return Object.assign(upstream, { server });
}
