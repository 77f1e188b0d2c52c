import { SeededRandom } from '@xc/core/testing';
import type { HistoryRead, HistoryWrite } from '../src/testing/history/history.ts';
import { joinPg, type PgAddresses } from './pg-world.ts';

/** What a user is told: where, how to be random, and which keys there are. */
export interface UserOrder {
  readonly addresses: PgAddresses;
  readonly seed: number;
  readonly kind: 'writer' | 'reader';
  readonly name: string;
  readonly keys: number;
}

/** What a user has seen. */
export interface Seen {
  readonly writes: readonly HistoryWrite[];
  readonly reads: readonly HistoryRead[];
  readonly surprises: readonly string[];
}

const levels = ['read committed', 'repeatable read', 'serializable'] as const;
/** Proofs that nothing was written. */
const REFUSED = ['XC_SHARD_FENCED', 'XC_SHARD_CUTOVER_TIMEOUT', '40001', '40P01'];
/** A server that went away in the middle: nobody knows. */
const GONE = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'XC_SHARD_TIMEOUT'];

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One who writes, or reads, all the time, in a process of its own; and tells of it in the end. */
async function use({ addresses, seed, kind, name, keys }: UserOrder): Promise<void> {
  const random = new SeededRandom(seed);
  const party = joinPg(addresses);
  const router = await party.router();
  const writes: HistoryWrite[] = [];
  const reads: HistoryRead[] = [];
  const surprises: string[] = [];
  let isOver = false;
  process.on('message', (message) => {
    isOver = message === 'end';
  });
  process.send?.('ready');
  for (let count = 0; !isOver; count += 1) {
    const key = `key-${Math.floor(random.next() * 1.2 * keys)}`;
    if (kind === 'reader') await read(key);
    else await write(key, random.next() < 0.1 ? undefined : `${name} ${count}`);
    await pause(random.next() * 6);
  }
  const seen: Seen = { writes, reads, surprises };
  process.send?.(seen, () => process.exit(0));

  async function read(key: string): Promise<void> {
    const startedAt = now();
    try {
      const { rows } = await router.read(key, (db) =>
        db.query<{ value: string }>('select value from item where id = $1', [key]),
      );
      reads.push({ key, value: rows[0]?.value, startedAt, endedAt: now() });
    } catch (error) {
      note(error);
    }
  }

  async function write(key: string, value: string | undefined): Promise<void> {
    const startedAt = now();
    const isolation = levels[Math.floor(random.next() * 6)];
    const statement =
      value === undefined
        ? 'delete from item where id = $1 and xc_partition = $2 and $3::text is null'
        : 'insert into item values ($1, $2, $3) on conflict (id) do update set value = excluded.value';
    try {
      await router.write(key, async (db, { partition }) => {
        const values = [key, partition, value ?? null];
        if (isolation === undefined) await db.query(statement, values);
        else await db.transaction((client) => client.query(statement, values), { isolation });
      });
      writes.push({ key, value, startedAt, endedAt: now(), outcome: 'acknowledged' });
    } catch (error) {
      const outcome = REFUSED.includes(codeOf(error)) ? 'refused' : 'unknown';
      writes.push({
        key,
        value,
        startedAt,
        endedAt: outcome === 'refused' ? now() : Number.POSITIVE_INFINITY,
        outcome,
      });
      note(error);
    }
  }

  function note(error: unknown): void {
    const code = codeOf(error);
    const isGone = GONE.includes(code) || /^(57P0|08)/.test(code) || /terminated|timeout/.test(String(error));
    if (!REFUSED.includes(code) && !isGone) surprises.push(String(error));
  }
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown } | null)?.code);
}

process.once('message', (order: UserOrder) => void use(order));
