import { abuse } from './abuse.ts';
import type { Act } from './act.ts';
import { bare } from './bare.ts';
import { cache } from './cache.ts';
import { jobs } from './jobs.ts';
import { outage } from './outage.ts';
import { pool } from './pool.ts';
import { shards } from './shards.ts';
import { watch } from './watch.ts';

/** The acts, in the order in which they are shown. */
export const program: readonly Act[] = [bare, pool, cache, outage, abuse, jobs, shards, watch];
