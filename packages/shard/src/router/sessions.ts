import type { ReplicaView } from '../topology/replica-view.ts';
import type { ShardSession } from './consistency.ts';

const LONGEST_BYTES = 1_024;
const FORMAT = 1;

/** What a session has written, by shard: the position, or null where it could not be told. */
type Positions = ReadonlyMap<string, string | null>;

/** The positions of a session, and since which epoch. */
export class Session implements ShardSession {
  #positions: Positions;
  /** The epoch of the first write: whatever has changed hands since may have left the positions behind. */
  #epoch: number | undefined;
  /** Too much was written on too many shards to be told: primaries alone will do. */
  #lost: boolean;

  private constructor(positions: Positions, epoch: number | undefined, lost: boolean) {
    this.#positions = positions;
    this.#epoch = epoch;
    this.#lost = lost;
  }

  /** A new session, or the one of a token; a broken or forged token is one that primaries alone will do for. */
  static of(token: string | undefined): Session {
    if (token === undefined || token === '') return new Session(new Map(), undefined, false);
    const read = parsed(token);
    return read === undefined
      ? new Session(new Map(), undefined, true)
      : new Session(read.positions, read.epoch, read.lost);
  }

  get token(): string {
    if (!this.#lost && this.#positions.size === 0) return '';
    const positions = Object.fromEntries(this.#positions);
    const text = JSON.stringify(this.#lost ? [FORMAT, 0] : [FORMAT, this.#epoch, positions]);
    const token = Buffer.from(text).toString('base64url');
    return token.length <= LONGEST_BYTES ? token : Buffer.from(JSON.stringify([FORMAT, 0])).toString('base64url');
  }

  /** Notes where a write has come to; `undefined` where that cannot be told. */
  wrote(shard: string, position: string | undefined, epoch: number, view: ReplicaView): void {
    const known = this.#positions.get(shard);
    const merged = new Map(this.#positions);
    if (position === undefined || known === null) merged.set(shard, null);
    else if (known === undefined || isBefore(known, position, view)) merged.set(shard, position);
    this.#positions = merged;
    this.#epoch = Math.min(this.#epoch ?? epoch, epoch);
  }

  /** Whether a replica of a shard has all that the session wrote there. */
  isSeenBy(
    shard: string,
    replica: string,
    where: { readonly shards: ReadonlySet<string>; readonly ownedSince: number; readonly view: ReplicaView },
  ): boolean {
    if (this.#lost) return false;
    if (this.#positions.size === 0) return true;
    // What was written where it is no longer: nobody knows which position it has now.
    if ((this.#epoch ?? 0) < where.ownedSince) return false;
    for (const known of this.#positions.keys()) if (!where.shards.has(known)) return false;
    const position = this.#positions.get(shard);
    return position === undefined || (position !== null && hasReached(where.view, shard, replica, position));
  }
}

/** A position that cannot be read is a forged one: the true one takes its place. */
function isBefore(known: string, position: string, view: ReplicaView): boolean {
  try {
    return !(view.compare(known, position) >= 0);
  } catch {
    return true;
  }
}

/** A position that cannot be read is reached by no replica. */
function hasReached(view: ReplicaView, shard: string, replica: string, position: string): boolean {
  try {
    return view.reached(shard, replica, position);
  } catch {
    return false;
  }
}

function parsed(token: string): { positions: Positions; epoch: number; lost: boolean } | undefined {
  if (typeof token !== 'string' || token.length > LONGEST_BYTES) return undefined;
  try {
    const [format, epoch, positions, more] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (format !== FORMAT || more !== undefined || !Number.isSafeInteger(epoch)) return undefined;
    if (positions === undefined) return { positions: new Map(), epoch: epoch as number, lost: true };
    const entries = Object.entries(positions as Record<string, unknown>);
    if (typeof positions !== 'object' || positions === null || Array.isArray(positions)) return undefined;
    if (!entries.every(([, position]) => position === null || typeof position === 'string')) return undefined;
    return { positions: new Map(entries as [string, string | null][]), epoch: epoch as number, lost: false };
  } catch {
    return undefined;
  }
}
