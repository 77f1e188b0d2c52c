import { startChild } from '../processes/child.ts';

export interface ServiceOrder {
  readonly name: string;
  /** Where the module is that exports `openGuide`. */
  readonly guide: string;
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
}

export type ServiceMessage =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'state'; readonly part: string; readonly state: string; readonly at: number };

/** A part of a service (a breaker) was in this state from then on. */
export interface StateChange {
  readonly part: string;
  readonly state: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface RunningService extends AsyncDisposable {
  readonly name: string;
  readonly origin: string;
  /** Every change so far, in order. */
  readonly changes: readonly StateChange[];
  /** Rejects when the process of the service ends by itself. */
  readonly death: Promise<never>;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
}

/** Runs the city guide in a process of its own, on a free port. Resolves when it listens. */
export async function startService(
  name: string,
  order: Promise<ServiceOrder>,
  signal: AbortSignal,
): Promise<RunningService> {
  const changes: StateChange[] = [];
  const child = startChild<ServiceOrder, ServiceMessage>(new URL('./process.ts', import.meta.url), order, (message) => {
    if (message.kind === 'state') changes.push(message);
  });
  try {
    const { port } = await child.first((message) => message.kind === 'ready', signal);
    const origin = `http://127.0.0.1:${port}`;
    return {
      name,
      origin,
      changes,
      death: child.death,
      metrics: async () => (await fetch(`${origin}/metrics`)).text(),
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}
