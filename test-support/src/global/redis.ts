import type { TestProject } from 'vitest/node';
import { startRedis } from '../redis.ts';

/** One Redis for all files of the project: `inject('redis')` is its URL. Every test keeps to its own key prefix. */
export default async function redis(project: TestProject): Promise<() => Promise<void>> {
  const server = await startRedis();
  project.provide('redis', server.url);
  return () => server[Symbol.asyncDispose]();
}

declare module 'vitest' {
  interface ProvidedContext {
    /** `redis://127.0.0.1:<port>`, in `*.redis.test.ts`. */
    readonly redis: string;
  }
}
