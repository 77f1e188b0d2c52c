import generic from 'generic-pool';
import type { Case } from '../../../bench/case.ts';
import { createPool } from '../src/generic-pool/index.ts';

interface Thing {
  readonly id: number;
}

type Make = typeof generic.createPool;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const ignore = () => {};

/** One program a fact, run on generic-pool and on the facade that takes its place. */
export async function facadeBesideGenericPool(): Promise<Case[]> {
  const beside = async (name: string, program: (make: Make) => Promise<number>): Promise<Case> => ({
    name,
    unit: 'count',
    value: await program(createPool as unknown as Make),
    peers: { 'generic-pool': await program(generic.createPool) },
  });
  // Theirs leaves the rejection of a validation to nobody.
  process.on('unhandledRejection', ignore);
  try {
    return [
      await beside('served after a validation that rejects', servedAfterRejection),
      await beside('bad ones lent with testOnReturn', badOnesLent),
      await beside('closed ones lent after clear', closedOnesLent),
    ];
  } finally {
    process.off('unhandledRejection', ignore);
  }
}

function numbered(): { create(): Promise<Thing>; destroy(thing: Thing): Promise<void>; readonly closed: Set<Thing> } {
  let opened = 0;
  const closed = new Set<Thing>();
  return {
    closed,
    create: async () => ({ id: ++opened }),
    destroy: async (thing) => void closed.add(thing),
  };
}

async function servedAfterRejection(make: Make): Promise<number> {
  const validate = ({ id }: Thing) => (id === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(true));
  const pool = make({ ...numbered(), validate }, { max: 1, testOnBorrow: true, acquireTimeoutMillis: 100 });
  const served = await pool.acquire().then(
    () => 1,
    () => 0,
  );
  // A turn for what was rejected and heard by nobody.
  await pause(5);
  return served;
}

async function badOnesLent(make: Make): Promise<number> {
  const validate = async ({ id }: Thing) => id !== 1;
  const pool = make({ ...numbered(), validate }, { max: 1, testOnReturn: true });
  await pool.release(await pool.acquire());
  await pause(5);
  return (await pool.acquire()).id === 1 ? 1 : 0;
}

async function closedOnesLent(make: Make): Promise<number> {
  const factory = numbered();
  const pool = make(factory, { max: 1 });
  await pool.release(await pool.acquire());
  await pool.clear();
  return factory.closed.has(await pool.acquire()) ? 1 : 0;
}
