import type { LimitRule } from '../limits/limit-rule.ts';
import { NO_SLOT } from './algorithms/algorithm.ts';
import type { Tables } from './keyspace.ts';
import type { Table } from './table.ts';
import { Verdict } from './verdict.ts';

/** Where the engine keeps a limit, which it looks for again only when another limit or rule comes, and what it last said of it. */
export class Place {
  name: string | undefined = undefined;
  rule: LimitRule | undefined = undefined;
  tables!: Tables;
  table!: Table;
  /** Of the key that was judged last. */
  slot = NO_SLOT;
  /** Written anew by every decision: whoever wants to keep it copies it. */
  readonly verdict = new Verdict();
}
