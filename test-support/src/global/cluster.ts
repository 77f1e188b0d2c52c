import type { TestProject } from 'vitest/node';
import { type Address, startCluster } from '../cluster.ts';

/** One cluster of three masters with a replica each: `inject('cluster')` is the addresses of its nodes. */
export default async function cluster(project: TestProject): Promise<() => Promise<void>> {
  const nodes = await startCluster();
  project.provide('cluster', [...nodes.addresses]);
  return () => nodes[Symbol.asyncDispose]();
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the nodes listen, in `*.cluster.test.ts`. */
    readonly cluster: Address[];
  }
}
