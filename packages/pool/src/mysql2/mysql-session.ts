import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Connection } from 'mysql2/promise';

/** What mysql2 has and its types do not tell. */
interface Core extends EventEmitter {
  readonly stream: Partial<Socket>;
  readonly fatalError?: unknown;
  addCommand(command: EventEmitter): EventEmitter;
}

/** The state that the server reports with each statement that returns no rows. */
const IN_TRANSACTION = 0x0001;
const AUTOCOMMIT = 0x0002;

/** What a connection is doing, as far as its packets tell. */
export class MysqlSession {
  readonly #core: Core;
  #pending = 0;
  /** A transaction begins with a statement that returns no rows, and so does the end of autocommit. */
  #clean = true;
  readonly #waiting: (() => void)[] = [];

  constructor(connection: Connection) {
    this.#core = coreOf(connection);
    const { addCommand } = this.#core;
    const watched = (command: EventEmitter): EventEmitter => {
      this.#pending += 1;
      command.on('result', this.#look).once('end', this.#ended);
      return Reflect.apply(addCommand, this.#core, [command]);
    };
    Object.defineProperty(this.#core, 'addCommand', { value: watched, writable: true, configurable: true });
  }

  /** Whether statements of an owner before are still under way. */
  get busy(): boolean {
    return this.#pending > 0;
  }

  /** Whether nothing can have been left open. */
  get clean(): boolean {
    return this.#clean && !this.busy;
  }

  get alive(): boolean {
    const { stream, fatalError } = this.#core;
    return !fatalError && stream.destroyed !== true && stream.writable !== false;
  }

  /** Resolves when all statements under way have ended. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      if (this.busy) this.#waiting.push(resolve);
      else resolve();
    });
  }

  watch(lost: (error?: unknown) => void): () => void {
    const { stream } = this.#core;
    const closed = () => lost();
    this.#core.on('error', lost).on('end', closed);
    stream.on?.('close', closed);
    return () => {
      this.#core.off('error', lost).off('end', closed);
      stream.off?.('close', closed);
    };
  }

  hangUp(): void {
    this.#core.stream.destroy?.();
  }

  /** Closes the socket as soon as everything is written, without waiting for the other side. */
  hangUpSoon(): void {
    this.#core.stream.destroySoon?.();
  }

  readonly #look = (result: unknown): void => {
    const flags = statusOf(result);
    if (flags !== undefined) this.#clean = (flags & (IN_TRANSACTION | AUTOCOMMIT)) === AUTOCOMMIT;
  };

  readonly #ended = (): void => {
    this.#pending -= 1;
    if (this.#pending === 0) for (const tell of this.#waiting.splice(0)) tell();
  };
}

/** Whether the result of a statement says that a transaction is open. */
export function isInTransaction(result: unknown): boolean {
  return ((statusOf(result) ?? 0) & IN_TRANSACTION) !== 0;
}

/** Of a result without rows, which alone has both. */
function statusOf(result: unknown): number | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  const { serverStatus, affectedRows } = result as { readonly serverStatus?: unknown; readonly affectedRows?: unknown };
  return typeof serverStatus === 'number' && typeof affectedRows === 'number' ? serverStatus : undefined;
}

function coreOf(connection: Connection): Core {
  return (connection as unknown as { readonly connection: Core }).connection;
}
