import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of the demo: gets one order, sends messages, and ends when it is disposed or when the demo dies. */
export interface Child<Message> extends AsyncDisposable {
  /** Rejects with its last words when the process ends before it is disposed. */
  readonly death: Promise<never>;
  /** Resolves with the first message that fits; rejects when the process ends before, or on abort. */
  first<M extends Message>(fits: (message: Message) => message is M, signal?: AbortSignal): Promise<M>;
  /** Ends the process as `kill -9` does, in the middle of whatever it does; that is no early end. */
  kill(): Promise<void>;
}

const hooks = new URL('../../source-hooks.mjs', import.meta.url).href;
const PATIENCE_MS = 3_000;

/** Starts `module` in a process of its own, and gives it its order when that is known: starting takes a while too. */
export function startChild<Order extends object, Message>(
  module: URL,
  order: Order | Promise<Order>,
  onMessage: (message: Message) => void = () => {},
): Child<Message> {
  const name = module.pathname.split('/').slice(-2).join('/');
  const child = fork(fileURLToPath(module), {
    execArgv: ['--import', hooks],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = `${lastWords}${text}`.slice(-2_000);
  });
  const silent = new Promise<void>((resolve) => child.stderr?.once('close', () => resolve()));
  // Not 'close': Node does not emit it when it was this side that closed the channel.
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (message) => onMessage(message as Message));

  const ordered = Promise.resolve(order).then((known) => {
    if (child.connected) child.send(known, () => {});
  });
  let wanted = false;
  const ending = Promise.all([gone, silent]).then(() => {
    if (wanted) return new Promise<never>(() => {});
    throw new Error(`${name} ended early: ${reasonIn(lastWords)}`);
  });
  // An order that never comes is as bad as a process that is gone.
  const death = Promise.race([ending, ordered.then(() => ending)]);
  death.catch(() => {});

  return {
    death,
    first<M extends Message>(fits: (message: Message) => message is M, signal?: AbortSignal) {
      return new Promise<M>((resolve, reject) => {
        const hear = (message: unknown) => {
          if (!fits(message as Message)) return;
          leave();
          resolve(message as M);
        };
        const abort = () => {
          leave();
          reject(signal?.reason);
        };
        const leave = () => {
          child.off('message', hear);
          signal?.removeEventListener('abort', abort);
        };
        if (signal?.aborted) return abort();
        child.on('message', hear);
        signal?.addEventListener('abort', abort, { once: true });
        death.catch((error: unknown) => {
          leave();
          reject(error);
        });
      });
    },
    async kill() {
      wanted = true;
      child.kill('SIGKILL');
      await gone;
    },
    async [Symbol.asyncDispose]() {
      wanted = true;
      if (child.connected) child.disconnect();
      const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await gone;
      clearTimeout(force);
    },
  };
}

/** The line that names the error, of all that a dying process says. */
function reasonIn(lastWords: string): string {
  return (
    lastWords.split('\n').find((line) => /^(\w+ )*\w*Error\b/.test(line)) ?? (lastWords.trim() || 'no reason given')
  );
}
