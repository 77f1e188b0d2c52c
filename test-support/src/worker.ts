import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ending, openKeeper } from './keeper.ts';

/** Options of {@link spawnWorker}. */
export interface SpawnWorkerOptions {
  /** `process.argv` from index 2 on. @defaultValue none */
  readonly args?: readonly string[];
  /** Added to this process's environment. @defaultValue nothing */
  readonly env?: Readonly<Record<string, string>>;
}

/** A Node process that runs a TypeScript file, and that a test may stop in the middle of a word. */
export interface Worker<Sent = unknown, Received = unknown> extends AsyncDisposable {
  readonly pid: number;
  /** Everything it has printed. */
  log(): Promise<string>;
  /** Arrives at its `process.on('message')`. */
  send(message: Sent): Promise<void>;
  /**
   * Resolves with the oldest message of its `process.send` that was not yet taken.
   * @throws Error with its last output when it ends without another message.
   */
  next(): Promise<Received>;
  /** Any signal, for instance SIGTERM for a graceful stop. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** SIGKILL; resolves when it is gone and everything it had sent has arrived. */
  kill(): Promise<void>;
  /** SIGSTOP. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /** Resolves when it is gone. */
  wait(): Promise<Ending>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Runs a TypeScript file in a process of its own, which reads the sources of our packages as tests do. It is gone after
 * disposal, or when this process dies in whatever way.
 */
export async function spawnWorker<Sent = unknown, Received = unknown>(
  file: string | URL,
  options: SpawnWorkerOptions = {},
): Promise<Worker<Sent, Received>> {
  const { args = [], env = {} } = options;
  const keeper = await openKeeper('worker');
  const log = join(keeper.folder, 'output.log');
  const loader = new URL('./register.mjs', import.meta.url).href;
  const path = file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : file;
  const inbox: Received[] = [];
  const takers: (() => void)[] = [];
  try {
    const child = await keeper.start({
      command: process.execPath,
      args: ['--conditions=@xc/source', '--enable-source-maps', '--import', loader, path, ...args],
      env: { ...process.env, NODE_OPTIONS: undefined, ...env },
      log,
      onMessage(message) {
        inbox.push(message as Received);
        takers.shift()?.();
      },
    });
    const ended = async (): Promise<void> => {
      const { code, signal } = await child.wait();
      if (inbox.length > 0) return;
      const output = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-15).join('\n');
      throw new Error(
        `the worker ended with ${signal ?? `code ${code}`} and sent nothing more; it printed:\n${output}`,
      );
    };
    return {
      pid: child.pid,
      log: () => readFile(log, 'utf8'),
      send: (message) => child.send(message),
      async next() {
        while (inbox.length === 0) {
          await Promise.race([new Promise<void>((resolve) => takers.push(resolve)), ended()]);
        }
        return inbox.shift() as Received;
      },
      signal: (signal) => child.signal(signal),
      kill: () => child.signal('SIGKILL'),
      pause: () => child.signal('SIGSTOP'),
      resume: () => child.signal('SIGCONT'),
      wait: () => child.wait(),
      [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
    };
  } catch (error) {
    await keeper[Symbol.asyncDispose]();
    throw error;
  }
}
