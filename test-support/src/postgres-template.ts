import { createHash } from 'node:crypto';
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Account, Keeper, Order } from './keeper.ts';
import { isOpenToAll } from './postgres-account.ts';
import { findPostgresBinaries } from './postgres-binaries.mjs';

/** The programs of a PostgreSQL, and a data folder that they work on. */
export interface Installation {
  readonly binaries: string;
  readonly data: string;
}

const INITDB_ARGS = ['--username=postgres', '--auth=trust', '--locale=C', '--encoding=UTF8', '--no-sync'];
/** Segments of 1 MB make a data folder half as big, and the copy of it twice as fast. */
const SMALL_SEGMENTS = ['--wal-segsize=1', '--no-instructions'];

/**
 * Makes the template once per user and PostgreSQL, and finds it again afterwards. It is put in place by one rename, so
 * that of two runs which make it at the same time both work and one is kept.
 */
export async function postgresTemplate(keeper: Keeper, owner: Account | undefined): Promise<Installation> {
  const original = findPostgresBinaries();
  const cache = cacheFolder(original, owner);
  const binaries =
    owner === undefined || isOpenToAll(original) ? original : await copiedBinaries(keeper, cache, original, owner);
  const data = join(cache, 'data');
  if (!existsSync(data)) {
    const fresh = join(keeper.folder, 'template');
    await run(keeper, { command: join(binaries, 'initdb'), args: [...INITDB_ARGS, ...SMALL_SEGMENTS, fresh], owner });
    putInPlace(fresh, data);
  }
  return { binaries, data };
}

/** What does not change between two PostgreSQL servers of one user is copied, not made again. */
export function copyTemplate(keeper: Keeper, template: Installation, owner?: Account): Promise<string> {
  return copyData(keeper, template.data, owner);
}

/** Copies a data folder whose server is down; `cp` keeps owner and permissions and is far quicker than file by file from here. */
export async function copyData(keeper: Keeper, original: string, owner?: Account): Promise<string> {
  const data = join(keeper.folder, 'data');
  await run(keeper, { command: 'cp', args: ['-Rp', original, data], owner });
  return data;
}

/** Makes the server of this data folder a follower, of whomever its `primary_conninfo` leads to. */
export async function makeStandby(keeper: Keeper, data: string, owner?: Account): Promise<void> {
  await run(keeper, { command: 'touch', args: [join(data, 'standby.signal')], owner });
}

function cacheFolder(binaries: string, owner: Account | undefined): string {
  // By what the program is, not where it lies: all checkouts with the same PostgreSQL share one template.
  const hash = createHash('sha256').update(readFileSync(join(binaries, 'postgres')));
  const key = hash
    .update(JSON.stringify([INITDB_ARGS, SMALL_SEGMENTS]))
    .digest('hex')
    .slice(0, 12);
  const uid = owner?.uid ?? process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `xc-postgres-${uid}-${key}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (owner !== undefined && lstatSync(folder).uid === 0) chownSync(folder, owner.uid, owner.gid);
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid) throw new Error(`${folder} belongs to somebody else: remove it`);
  return folder;
}

async function copiedBinaries(keeper: Keeper, cache: string, original: string, owner: Account): Promise<string> {
  const place = join(cache, 'native');
  if (!existsSync(place)) {
    const fresh = join(keeper.folder, 'native');
    await cp(dirname(original), fresh, { recursive: true, verbatimSymlinks: true });
    await run(keeper, { command: 'chown', args: ['-R', `${owner.uid}:${owner.gid}`, fresh] });
    putInPlace(fresh, place);
  }
  return join(place, 'bin');
}

function putInPlace(fresh: string, place: string): void {
  try {
    renameSync(fresh, place);
  } catch (error) {
    // Another run was faster, and its work is as good as ours.
    if (!existsSync(place)) throw error;
  }
}

async function run(keeper: Keeper, order: Omit<Order, 'log'>): Promise<void> {
  const log = join(keeper.folder, 'preparation.log');
  const program = await keeper.start({ env: { PATH: process.env.PATH, LC_ALL: 'C' }, ...order, log });
  const { code, signal } = await program.wait();
  if (code === 0) return;
  throw new Error(`${order.command} ended with ${code ?? signal}: ${await readFile(log, 'utf8')}`);
}
