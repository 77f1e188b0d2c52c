import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A redis-server without persistence, for one bench: a bench is bundled, so the servers of the tests are out of its reach. */
export interface BenchServer extends AsyncDisposable {
  readonly port: number;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startBenchServer(): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'xc-bench-'));
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const server = spawn(process.env.REDIS_SERVER ?? 'redis-server', options, { stdio: 'ignore' });
  const end = (): boolean => server.kill('SIGKILL');
  process.once('exit', end);
  await once(server, 'spawn');
  return {
    port,
    async [Symbol.asyncDispose]() {
      process.off('exit', end);
      if (end()) await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
