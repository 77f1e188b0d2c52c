import { createServer, type Server } from 'node:http';

const perEuro: Readonly<Record<string, number>> = { USD: 1.08, GBP: 0.85, JPY: 162.4 };

/** Stands in for the bank on the other side of the network, with a switch to break it. */
export interface Bank {
  readonly server: Server;
  /** How many requests have reached it. */
  readonly asked: number;
  /** `errors` answers 500 at once, `silent` not at all. */
  mood: 'well' | 'errors' | 'silent';
}

export function createBank(): Bank {
  const bank = { mood: 'well' as Bank['mood'], asked: 0 };
  const server = createServer((request, response) => {
    bank.asked += 1;
    const rate = perEuro[request.url?.slice(1) ?? ''];
    if (bank.mood === 'silent') return;
    if (bank.mood === 'errors' || rate === undefined) response.writeHead(500).end();
    else response.end(JSON.stringify({ perEuro: rate }));
  });
  return Object.assign(bank, { server });
}
