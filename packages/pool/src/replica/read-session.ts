import type { ReplicationView } from './replication-view.ts';

/** What one user has written so far, as far as reads must know. */
export interface ReadSession {
  /** Fits a cookie or a header as it is, and says nothing but a term and a position. Changes with each write. */
  readonly token: string;
}

/** How far the database was when a session last wrote. */
export interface Mark {
  readonly term: number;
  readonly position: string;
}

type Compare = ReplicationView<never>['compare'];

const VERSION = '1';
const UNKNOWN = `${VERSION}.?`;
/** More than this no cookie holds. */
const MOST_CHARACTERS = 4_096;

/**
 * The memory of one session. It never goes back: of two positions the one that holds the other stays, and the higher of two
 * terms.
 */
export class Session implements ReadSession {
  readonly #compare: Compare;
  #mark: Mark | 'unknown' | undefined;

  constructor(compare: Compare, token: string | undefined) {
    this.#compare = compare;
    this.#mark = token === undefined ? undefined : readMark(token, compare);
  }

  get token(): string {
    if (this.#mark === 'unknown') return UNKNOWN;
    if (this.#mark === undefined) return `${VERSION}.0.`;
    return `${VERSION}.${this.#mark.term}.${Buffer.from(this.#mark.position).toString('base64url')}`;
  }

  /** Where a replica must be to be read; `unknown` when only the primary surely is there; undefined when any one is. */
  get mark(): Mark | 'unknown' | undefined {
    return this.#mark;
  }

  wrote(term: number, position: string): void {
    const before = this.#mark;
    if (before === undefined || before === 'unknown') this.#mark = { term, position };
    else this.#mark = { term: Math.max(term, before.term), position: this.#further(position, before.position) };
  }

  /** It wrote, and nobody knows how far the database was then. */
  forget(): void {
    this.#mark = 'unknown';
  }

  /** The primary has changed: from now on only what follows the new one is read. */
  sawTerm(term: number): void {
    const mark = this.#mark;
    if (mark !== undefined && mark !== 'unknown' && term > mark.term) this.#mark = { ...mark, term };
  }

  /** When neither holds the other, some of the old writes were lost with their primary, and the new ones are what counts. */
  #further(now: string, before: string): string {
    return this.#compare(before, now) > 0 ? before : now;
  }
}

function readMark(token: unknown, compare: Compare): Mark | 'unknown' | undefined {
  if (typeof token !== 'string' || token.length > MOST_CHARACTERS) return 'unknown';
  const [, term, encoded] = /^1\.(\d{1,15})\.([\w-]*)$/.exec(token) ?? [];
  if (term === undefined || encoded === undefined) return 'unknown';
  if (encoded === '') return Number(term) === 0 ? undefined : 'unknown';
  const position = Buffer.from(encoded, 'base64url').toString();
  try {
    return compare(position, position) === 0 ? { term: Number(term), position } : 'unknown';
  } catch {
    return 'unknown';
  }
}
