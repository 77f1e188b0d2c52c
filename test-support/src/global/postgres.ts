import type { TestProject } from 'vitest/node';
import { startPostgres } from '../postgres.ts';

/** One PostgreSQL with four empty databases: `inject('postgres')` is their URLs. Every test makes its own tables. */
export default async function postgres(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres({ databases: 4 });
  project.provide('postgres', [...server.urls]);
  return () => server[Symbol.asyncDispose]();
}

declare module 'vitest' {
  interface ProvidedContext {
    /** `postgres://postgres@127.0.0.1:<port>/db0` to `db3`, in `*.pg.test.ts`. */
    readonly postgres: string[];
  }
}
