import { fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { descendants } from './process-tree.mjs';

/** An account to run under, by number: the name need not be known. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** What to run. Standard output and error go to the file `log`; standard input is closed. */
export interface Order {
  readonly command: string;
  readonly args: readonly string[];
  readonly log: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly owner?: Account | undefined;
  /** Gives a Node process a message channel; hears everything that comes through it, from the first message on. */
  readonly onMessage?: (message: unknown) => void;
  /** Sent first when the process is ended, with two seconds to follow it, before SIGKILL. */
  readonly gentleSignal?: NodeJS.Signals;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** A process that runs under a keeper. */
export interface KeptProcess {
  readonly pid: number;
  /** How it ended; undefined while it runs. */
  readonly ending: Ending | undefined;
  /** Resolves when the process is gone and its last message has been heard. */
  wait(): Promise<Ending>;
  /** Signals the process and all its descendants; a process that has ended is left alone. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Ends the process: gently where the order says how, by SIGKILL otherwise. */
  end(): Promise<void>;
  send(message: unknown): Promise<void>;
}

/** Owns a temporary folder and some processes; both are gone after its disposal or the death of this process. */
export interface Keeper extends AsyncDisposable {
  readonly folder: string;
  readonly pid: number;
  start(order: Order): Promise<KeptProcess>;
  [Symbol.asyncDispose](): Promise<void>;
}

type Told =
  | { readonly id: number; readonly result?: unknown; readonly error?: string }
  | ({ readonly event: 'ended'; readonly pid: number } & Ending)
  | { readonly event: 'message'; readonly pid: number; readonly message: unknown };

interface Entry {
  readonly hear: (message: unknown) => void;
  readonly settle: (ending: Ending) => void;
}

/**
 * Starts a keeper: a small process of its own session, which no Ctrl-C reaches, and which ends whatever it started and
 * removes its folder as soon as the channel to this process closes: after disposal, an exception, SIGTERM or SIGKILL.
 */
export async function openKeeper(name: string, owner?: Account): Promise<Keeper> {
  const keeper = fork(fileURLToPath(new URL('./keeper-process.mjs', import.meta.url)), {
    detached: true,
    execArgv: [],
    env: { PATH: process.env.PATH },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const gone = new Promise<boolean>((resolve) => keeper.once('exit', (code) => resolve(code === 0)));
  // Whoever forgets to dispose still exits, and the exit is the signal to clean up.
  keeper.unref();
  keeper.channel?.unref();

  const calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const entries = new Map<number, Entry>();
  const early = new Map<number, Told[]>();
  let lastId = 0;
  let holds = 0;
  let folder: string | undefined;

  const hear = (pid: number, told: Told): void => {
    const entry = entries.get(pid);
    if (entry === undefined) early.set(pid, [...(early.get(pid) ?? []), told]);
    else if ('event' in told && told.event === 'message') entry.hear(told.message);
    else if ('event' in told) {
      entries.delete(pid);
      entry.settle({ code: told.code, signal: told.signal });
    }
  };
  keeper.on('message', (told: Told) => {
    if ('event' in told) return hear(told.pid, told);
    const call = calls.get(told.id);
    calls.delete(told.id);
    if (told.error === undefined) call?.resolve(told.result);
    else call?.reject(new Error(told.error));
  });
  void gone.then(async (tidy) => {
    for (const call of calls.values()) call.reject(new Error(`the keeper of ${name} is gone`));
    for (const [pid, entry] of entries) {
      // Only a keeper that was itself killed leaves something behind.
      if (!tidy) endOrphan(pid);
      entry.settle({ code: undefined, signal: 'SIGKILL' });
    }
    if (!tidy && folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Keeps this process running until an answer is there, which a promise alone would not. */
  const hold = async <T>(answer: Promise<T>): Promise<T> => {
    holds += 1;
    keeper.channel?.ref();
    try {
      return await answer;
    } finally {
      holds -= 1;
      if (holds === 0) keeper.channel?.unref();
    }
  };
  const call = (method: string, order: object): Promise<unknown> => {
    lastId += 1;
    const id = lastId;
    return hold(
      new Promise((resolve, reject) => {
        calls.set(id, { resolve, reject });
        keeper.send({ id, method, order }, (error) => {
          if (error !== null) reject(error);
        });
      }),
    );
  };

  const opened = String(await call('open', { parent: tmpdir(), prefix: `xc-${name}-`, owner }));
  folder = opened;

  return {
    folder: opened,
    pid: keeper.pid ?? 0,
    async start(order) {
      const { onMessage, ...plain } = order;
      const pid = Number(await call('start', { ...plain, channel: onMessage !== undefined }));
      let ending: Ending | undefined;
      const ended = new Promise<Ending>((resolve) => {
        entries.set(pid, {
          hear: onMessage ?? (() => {}),
          settle(how) {
            ending = how;
            resolve(how);
          },
        });
      });
      // A short-lived or hasty process may have spoken in the same breath as the keeper.
      const before = early.get(pid) ?? [];
      early.delete(pid);
      for (const told of before) hear(pid, told);
      return {
        pid,
        get ending() {
          return ending;
        },
        wait: () => hold(ended),
        signal: async (signal) => void (await call('signal', { pid, signal })),
        end: async () => void (await call('end', { pid })),
        send: async (message) => void (await call('send', { pid, message })),
      };
    },
    async [Symbol.asyncDispose]() {
      if (keeper.connected) keeper.disconnect();
      keeper.ref();
      await gone;
    },
  };
}

/** Ends what a killed keeper has left, back ends that a test has paused included. */
function endOrphan(pid: number): void {
  for (const each of [pid, ...descendants(pid)]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // It ended with its parent.
    }
  }
}
