import { join } from 'node:path';
import pg from 'pg';
import type { Account, Keeper } from './keeper.ts';
import { unprivilegedAccount } from './postgres-account.ts';
import { copyData, copyTemplate, type Installation, makeStandby, postgresTemplate } from './postgres-template.ts';
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
  /**
   * Another server that follows this one by streaming replication, and is removed with its own disposal. This one is restarted
   * for it: its connections are lost, its data and port stay.
   */
  replica(): Promise<PostgresServer>;
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

/** What a server needs to be followed, and to follow another one and take over from it. */
const REPLICATION = {
  wal_level: 'replica',
  max_wal_senders: 10,
  wal_keep_size: '64MB',
  hot_standby: 'on',
  // A follower that lost its primary looks for it all the time: a test has no five seconds.
  wal_retrieve_retry_interval: 100,
} as const;

/** Starts a PostgreSQL of its own: a free port, a temporary folder, both gone after disposal or a crash. */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<PostgresServer> {
  const { databases = 1, settings = {} } = options;
  const owner = unprivilegedAccount();
  const names = Array.from({ length: databases }, (_, index) => `db${index}`);
  const server = await start(owner, settings, names, async (keeper) => {
    const template = await postgresTemplate(keeper, owner);
    return { binaries: template.binaries, data: await copyTemplate(keeper, template, owner) };
  });
  try {
    for (const name of names) await query(urlOf(server.port, 'postgres'), `CREATE DATABASE ${name}`);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

type Settings = Readonly<Record<string, string | number>>;

/** Starts a server on the data folder that `prepare` makes, and gives it the means to be followed. */
async function start(
  owner: Account | undefined,
  settings: Settings,
  names: readonly string[],
  prepare: (keeper: Keeper) => Promise<Installation>,
): Promise<PostgresServer> {
  const life: Life = { settings: { ...SETTINGS, ...settings }, whileDown: [] };
  let installation: Installation | undefined;
  const server = await startAlone(
    'postgres',
    async (keeper) => {
      installation = await prepare(keeper);
      return postgresKind(keeper, owner, installation, life);
    },
    owner,
  );
  return Object.assign(server, {
    urls: names.map((name) => urlOf(server.port, name)),
    replica: () =>
      start(
        owner,
        { ...settings, ...REPLICATION, primary_conninfo: conninfoOf(server.port) },
        names,
        async (keeper) => {
          if (life.settings.wal_level !== REPLICATION.wal_level) {
            // What was written before could not be followed, and a copy has to begin behind it.
            life.settings = { ...life.settings, ...REPLICATION };
            await server.restart();
          }
          const { binaries, data } = installation as Installation;
          let copy = '';
          // Cold: nothing changes in the folder of a server that is down.
          life.whileDown.push(async () => {
            copy = await copyData(keeper, data, owner);
          });
          await server.restart();
          await makeStandby(keeper, copy, owner);
          return { binaries, data: copy };
        },
      ),
  });
}

/** What may change from one start of a server to the next. */
interface Life {
  settings: Settings;
  readonly whileDown: (() => Promise<void>)[];
}

function postgresKind(
  keeper: Keeper,
  owner: Account | undefined,
  { binaries, data }: Installation,
  life: Life,
): ServerKind {
  return {
    name: 'postgres',
    url: (port) => urlOf(port, 'db0'),
    async order(port) {
      for (const work of life.whileDown.splice(0)) await work();
      return {
        command: join(binaries, 'postgres'),
        args: ['-D', data, '-p', String(port), ...argumentsOf(life.settings)],
        cwd: keeper.folder,
        owner,
        // 'Fast shutdown': sessions end, data is written, and the kernel gets its shared memory back.
        gentleSignal: 'SIGINT',
      };
    },
    ready: async (port) => (await query(urlOf(port, 'postgres'), 'SELECT 1')) === 1,
  };
}

function argumentsOf(settings: Settings): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function conninfoOf(port: number): string {
  return `host=127.0.0.1 port=${port} user=postgres`;
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
