import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { type Account, type Keeper, type KeptProcess, type Order, openKeeper } from './keeper.ts';
import { type ReservedPort, reservePort } from './port.ts';

/** A real server on 127.0.0.1 that a test may hurt. */
export interface Server extends AsyncDisposable {
  readonly host: '127.0.0.1';
  /** Stays the same for the server's life, also while it is down. */
  readonly port: number;
  /** How a client is told of it, for instance `redis://127.0.0.1:12345`. */
  readonly url: string;
  /** Changes with each restart. */
  readonly pid: number;
  /** Everything the server has written to its log. */
  log(): Promise<string>;
  /** SIGKILL, also to its child processes; resolves when it is gone. Its port stays ours. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nobody answers. */
  pause(): Promise<void>;
  /** SIGCONT: takes a pause back. */
  resume(): Promise<void>;
  /** Starts again on the same port with the same data, after ending it gently if it runs; resolves when it answers. */
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What makes a server of its kind. */
export interface ServerKind {
  readonly name: string;
  /** Ports that it takes beside its own, as distances. */
  readonly distances?: readonly number[];
  url(port: number): string;
  /** Asked again for every start. */
  order(port: number): ServerOrder | Promise<ServerOrder>;
  /** Whether the server on this port answers. */
  ready(port: number): Promise<boolean>;
}

/** What to run; the log is the server's own. */
export type ServerOrder = Omit<Order, 'log'>;

const PORTS_TRIED = 20;
const START_DEADLINE_MS = 30_000;

/** Starts a server under a keeper of its own, which leaves with it. */
export async function startAlone(
  name: string,
  kindFor: (keeper: Keeper) => ServerKind | Promise<ServerKind>,
  owner?: Account,
): Promise<Server> {
  const keeper = await openKeeper(name, owner);
  try {
    return await startServer(keeper, await kindFor(keeper), () => keeper[Symbol.asyncDispose]());
  } catch (error) {
    await keeper[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts a server under a keeper, on a free port; another port when somebody else was faster after all. */
export async function startServer(
  keeper: Keeper,
  kind: ServerKind,
  afterwards: () => Promise<void> = async () => {},
): Promise<Server> {
  for (let tries = 1; ; tries += 1) {
    const reserved = await reservePort(kind.distances);
    try {
      return running(keeper, kind, reserved, await launch(keeper, kind, reserved.port), afterwards);
    } catch (error) {
      reserved[Symbol.dispose]();
      if (!isPortTaken(error) || tries === PORTS_TRIED) throw error;
    }
  }
}

function running(
  keeper: Keeper,
  kind: ServerKind,
  reserved: ReservedPort,
  first: KeptProcess,
  afterwards: () => Promise<void>,
): Server {
  const { port } = reserved;
  let current = first;
  let disposal: Promise<void> | undefined;
  const dispose = async (): Promise<void> => {
    await current.end();
    reserved[Symbol.dispose]();
    await afterwards();
  };
  return {
    host: '127.0.0.1',
    port,
    url: kind.url(port),
    get pid() {
      return current.pid;
    },
    log: () => readLog(keeper, kind, port),
    kill: () => current.signal('SIGKILL'),
    pause: () => current.signal('SIGSTOP'),
    resume: () => current.signal('SIGCONT'),
    async restart() {
      await current.end();
      current = await launch(keeper, kind, port);
    },
    [Symbol.asyncDispose]() {
      disposal ??= dispose();
      return disposal;
    },
  };
}

async function launch(keeper: Keeper, kind: ServerKind, port: number): Promise<KeptProcess> {
  const order = await kind.order(port);
  const server = await keeper.start({ ...order, log: logOf(keeper, kind, port) });
  try {
    await eventually(
      `${kind.name} on port ${port} answers`,
      async () => server.ending !== undefined || (await kind.ready(port)),
      { deadlineMs: START_DEADLINE_MS },
    );
    if (server.ending === undefined) return server;
    throw new Error(`${kind.name} on port ${port} ended while starting`);
  } catch (error) {
    await server.end();
    const tail = (await readLog(keeper, kind, port)).trimEnd().split('\n').slice(-15).join('\n');
    throw new Error(`${error instanceof Error ? error.message : String(error)}; its log ends with:\n${tail}`);
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && /address already in use/i.test(error.message);
}

function logOf(keeper: Keeper, kind: ServerKind, port: number): string {
  return join(keeper.folder, `${kind.name}-${port}.log`);
}

function readLog(keeper: Keeper, kind: ServerKind, port: number): Promise<string> {
  return readFile(logOf(keeper, kind, port), 'utf8');
}
