import type { TestProject } from 'vitest/node';
import type { Address } from '../cluster.ts';
import { startSentinel } from '../sentinel.ts';

/** A master with a replica under three sentinels: `inject('sentinel')` is what a client needs to find them. */
export default async function sentinel(project: TestProject): Promise<() => Promise<void>> {
  const watched = await startSentinel();
  project.provide('sentinel', { name: watched.name, sentinels: [...watched.addresses] });
  return () => watched[Symbol.asyncDispose]();
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The name of the master and where the sentinels listen, in `*.sentinel.test.ts`. */
    readonly sentinel: { name: string; sentinels: Address[] };
  }
}
