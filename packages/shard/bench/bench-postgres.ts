import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A PostgreSQL for one bench. */
export interface BenchPostgres extends AsyncDisposable {
  /** One URL a database. */
  readonly urls: readonly string[];
}

/** A bench is bundled, so the servers of the tests are out of its reach: they start in a process that is not. */
const program = `
  import { startPostgres } from '@xc/test-support';
  const settings = JSON.parse(process.argv.at(-1));
  const server = await startPostgres({ databases: 2, settings });
  process.send(server.urls);
  process.once('disconnect', () => server[Symbol.asyncDispose]());
`;

/** @param settings - Of the server, beside those of tests: nothing waits for the disk there. */
export async function startBenchPostgres(settings: Readonly<Record<string, string>> = {}): Promise<BenchPostgres> {
  const all = JSON.stringify({ shared_buffers: '256MB', max_wal_size: '4GB', ...settings });
  const child = spawn(
    process.execPath,
    [
      '--conditions=@xc/source',
      '--import',
      '@xc/test-support/register',
      '--input-type=module',
      '--eval',
      program,
      '--',
      all,
    ],
    { cwd: join(process.cwd(), 'packages/shard'), stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const [urls] = (await once(child, 'message')) as [readonly string[]];
  return {
    urls,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
