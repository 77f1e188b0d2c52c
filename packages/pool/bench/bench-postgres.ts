import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A PostgreSQL for one bench. */
export interface BenchPostgres extends AsyncDisposable {
  readonly url: string;
}

/** A bench is bundled, so the servers of the tests are out of its reach: they start in a process that is not. */
const program = `
  import { startPostgres } from '@xc/test-support';
  const server = await startPostgres();
  process.send(server.url);
  process.once('disconnect', () => server[Symbol.asyncDispose]());
`;

export async function startBenchPostgres(): Promise<BenchPostgres> {
  const child = spawn(
    process.execPath,
    ['--conditions=@xc/source', '--import', '@xc/test-support/register', '--input-type=module', '--eval', program],
    { cwd: join(process.cwd(), 'packages/pool'), stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const [url] = (await once(child, 'message')) as [string];
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
