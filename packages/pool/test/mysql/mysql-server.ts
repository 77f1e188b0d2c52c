import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import mysql from 'mysql2';

/** What mysql2's own server side has, and its types do not. */
interface ServerConnection {
  readonly stream: Socket;
  on(event: string, listener: (...args: never[]) => void): void;
  serverHandshake(options: object): void;
  writeOk(options?: object): void;
  writeError(error: { readonly code: number; readonly message: string; readonly sqlState?: string }): void;
  writeTextResult(rows: readonly object[], columns: readonly object[]): void;
  /** The packets of each command are counted from 0, which the server side leaves to whoever answers. */
  _resetSequenceId(): void;
}

/** A refusal, as MySQL numbers it. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** How the server answers a statement: rows, a refusal, or nothing at all; undefined leaves it to the server. */
export type Answer = readonly object[] | Refusal | 'silence' | undefined;

/**
 * Speaks MySQL's protocol over real connections, with the server side of mysql2: keeps transactions and autocommit of each
 * session in its status flags, and is told by the test what to answer. It stores nothing.
 */
export interface MysqlServer extends AsyncDisposable {
  readonly port: number;
  /** What all sessions have asked, oldest first. */
  readonly statements: readonly string[];
  readonly sessions: readonly { readonly inTransaction: boolean; readonly open: boolean }[];
  answer: (sql: string) => Answer;
  /** Whom it lets in. */
  accept: (user: string) => Refusal | undefined;
  /** Closes all connections from its side. */
  disconnect(): void;
}

const IN_TRANSACTION = 1;
const AUTOCOMMIT = 2;

export async function startMysqlServer(): Promise<MysqlServer> {
  const statements: string[] = [];
  const sessions: Session[] = [];
  const server = (mysql as unknown as { createServer(): Listener }).createServer();
  server.on('connection', (connection) => {
    connection.on('error', () => {});
    const session = new Session(connection);
    sessions.push(session);
    connection.serverHandshake({
      protocolVersion: 4,
      serverVersion: '8.0.36',
      connectionId: sessions.length,
      statusFlags: AUTOCOMMIT,
      characterSet: 8,
      capabilityFlags: 0xffffff & ~0x800 & ~0x20 & ~0x1000000,
      authCallback({ user }: { user: string }, done: (error: null, refusal?: Refusal) => void) {
        done(null, world.accept(user));
        connection._resetSequenceId();
      },
    });
    const take = (sql: string) => {
      statements.push(sql);
      session.take(sql, world.answer(sql));
    };
    connection.on('query', take);
    connection.on('stmt_prepare', take);
    connection.on('ping', () => {
      if (world.answer('PING') !== 'silence') session.pong();
    });
    connection.on('packet', (_packet: never, known: boolean) => {
      if (!known) session.reset();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server._server, 'listening');
  const world: MysqlServer = {
    port: (server._server.address() as AddressInfo).port,
    statements,
    sessions,
    answer: () => undefined,
    accept: () => undefined,
    disconnect() {
      for (const { connection } of sessions) connection.stream.destroy();
    },
    async [Symbol.asyncDispose]() {
      world.disconnect();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return world;
}

interface Listener {
  on(event: 'connection', listener: (connection: ServerConnection) => void): void;
  listen(port: number, host: string): void;
  close(callback: () => void): void;
  readonly _server: import('node:net').Server;
}

class Session {
  readonly connection: ServerConnection;
  inTransaction = false;
  autocommit = true;

  constructor(connection: ServerConnection) {
    this.connection = connection;
  }

  get open(): boolean {
    return !this.connection.stream.destroyed;
  }

  take(sql: string, answer: Answer): void {
    if (answer === 'silence') return;
    if (answer === undefined) this.#obey(sql);
    else if ('code' in answer) this.#refuse(answer);
    else this.#rows(answer);
    this.connection._resetSequenceId();
  }

  pong(): void {
    this.connection.writeOk();
    this.connection._resetSequenceId();
  }

  /** COM_RESET_CONNECTION. */
  reset(): void {
    Object.assign(this, { inTransaction: false, autocommit: true });
    this.#ok();
    this.connection._resetSequenceId();
  }

  #obey(sql: string): void {
    if (/^(?:start transaction|begin)/i.test(sql)) this.inTransaction = true;
    if (/^(?:commit|rollback)/i.test(sql)) this.inTransaction = false;
    if (/^set autocommit *= *0/i.test(sql)) this.autocommit = false;
    if (/^select/i.test(sql)) this.#rows([{ n: 1 }]);
    else this.#ok();
  }

  #refuse(refusal: Refusal): void {
    // A deadlock rolls back all of it.
    if (refusal.code === 1213) this.inTransaction = false;
    this.connection.writeError(refusal);
  }

  #ok(): void {
    const serverStatus = (this.inTransaction ? IN_TRANSACTION : 0) | (this.autocommit ? AUTOCOMMIT : 0);
    this.connection.writeOk({ affectedRows: 0, serverStatus });
  }

  #rows(rows: readonly object[]): void {
    const names = Object.keys(rows[0] ?? { none: '' });
    const columns = names.map((name) => ({
      catalog: 'def',
      schema: '',
      table: '',
      orgTable: '',
      name,
      orgName: name,
      characterSet: 33,
      columnLength: 255,
      columnType: 253,
      flags: 0,
      decimals: 0,
    }));
    this.connection.writeTextResult(rows, columns);
  }
}
