import { join } from 'node:path';
import pg from 'pg';
import type { Keeper } from './keeper.ts';
import { unprivilegedAccount } from './postgres-account.ts';
import { copyTemplate, postgresTemplate } from './postgres-template.ts';
import { type Server, type ServerKind, startAlone } from './server.ts';

/** Options of {@link startPostgres}. */
export interface StartPostgresOptions {
  /** How many empty databases it has, called `db0`, `db1` and so on. @defaultValue 1 */
  readonly databases?: number;
  /** More settings of the server, for instance `{ max_connections: 20 }`. @defaultValue none */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** A PostgreSQL server; `url` leads to its first database. */
export interface PostgresServer extends Server {
  /** One URL a database, without a password: `postgres://postgres@127.0.0.1:<port>/db0`. */
  readonly urls: readonly string[];
}

/** Nothing here needs to survive a power cut, so nothing waits for the disk; a SIGKILL loses no commit all the same. */
const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  max_connections: 200,
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  // Files in the data folder, which is removed: segments in /dev/shm would outlive a SIGKILL.
  dynamic_shared_memory_type: 'mmap',
} as const;

/** Starts a PostgreSQL of its own: a free port, a temporary folder, both gone after disposal or a crash. */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<PostgresServer> {
  const { databases = 1, settings = {} } = options;
  const owner = unprivilegedAccount();
  const names = Array.from({ length: databases }, (_, index) => `db${index}`);
  const server = await startAlone('postgres', (keeper) => postgresKind(keeper, owner, settings), owner);
  try {
    for (const name of names) await query(urlOf(server.port, 'postgres'), `CREATE DATABASE ${name}`);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return Object.assign(server, { urls: names.map((name) => urlOf(server.port, name)) });
}

async function postgresKind(
  keeper: Keeper,
  owner: ReturnType<typeof unprivilegedAccount>,
  settings: Readonly<Record<string, string | number>>,
): Promise<ServerKind> {
  const template = await postgresTemplate(keeper, owner);
  const data = await copyTemplate(keeper, template, owner);
  const given = Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    name: 'postgres',
    url: (port) => urlOf(port, 'db0'),
    order: (port) => ({
      command: join(template.binaries, 'postgres'),
      args: ['-D', data, '-p', String(port), ...given],
      cwd: keeper.folder,
      owner,
      // 'Fast shutdown': sessions end, data is written, and the kernel gets its shared memory back.
      gentleSignal: 'SIGINT',
    }),
    ready: async (port) => (await query(urlOf(port, 'postgres'), 'SELECT 1')) === 1,
  };
}

async function query(connectionString: string, text: string): Promise<number | null> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rowCount;
  } finally {
    await client.end();
  }
}

function urlOf(port: number, database: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${database}`;
}
