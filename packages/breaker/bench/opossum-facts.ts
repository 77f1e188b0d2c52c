import { ManualClock } from '@xc/core/testing';
import Opossum from 'opossum';
import type { Case } from '../../../bench/case.ts';
import { CircuitBreaker } from '../src/opossum/index.ts';

type AnyOpossum = typeof Opossum;

const down = new Error('down');
const ignored = () => {};
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const hang = () => new Promise<never>(ignored);

/** One program a fact, run on opossum and on the facade that takes its place. */
export async function besideOpossum(): Promise<Case[]> {
  const facade = CircuitBreaker as unknown as AnyOpossum;
  const beside = async (name: string, program: (Breaker: AnyOpossum) => Promise<number>): Promise<Case> => ({
    name,
    unit: 'count',
    value: await program(facade),
    peers: { opossum: await program(Opossum) },
  });
  return [
    await beside('signals aborted by the timeout of another call', abortedByAnother),
    await beside('running at capacity 1', mostRunning),
    await beside('failures of 100 at once until it opens', failuresUntilOpen),
    await beside('opened by one failure after a recovery', openAfterRecovery),
    await beside('closed by a success from before it opened', closedByStaleSuccess),
    await beside('half-open behind a trial that hangs, a minute on', halfOpenForEver),
    await beside('failures counted for an action that returns undefined', failuresOfUndefined),
  ];
}

async function abortedByAnother(Breaker: AnyOpossum): Promise<number> {
  const signals: AbortSignal[] = [];
  const breaker = new Breaker(
    () => {
      signals.push(breaker.getSignal());
      return hang();
    },
    { timeout: 100, volumeThreshold: 100, abortController: new AbortController() },
  );
  breaker.fire().catch(ignored);
  await pause(30);
  breaker.fire().catch(ignored);
  await pause(85);
  const aborted = signals[1]?.aborted ? 1 : 0;
  await pause(30);
  breaker.shutdown();
  return aborted;
}

async function mostRunning(Breaker: AnyOpossum): Promise<number> {
  let running = 0;
  let most = 0;
  const breaker = new Breaker(
    async () => {
      running++;
      most = Math.max(most, running);
      await pause(100);
      running--;
    },
    { timeout: 10, capacity: 1, volumeThreshold: 100 },
  );
  for (let call = 0; call < 5; call++) {
    breaker.fire().catch(ignored);
    await pause(15);
  }
  await pause(100);
  breaker.shutdown();
  return most;
}

async function failuresUntilOpen(Breaker: AnyOpossum): Promise<number> {
  const rejects: ((error: Error) => void)[] = [];
  const breaker = new Breaker(() => new Promise((_, reject) => rejects.push(reject)), {
    timeout: false,
    volumeThreshold: 10,
  });
  for (let call = 0; call < 100; call++) breaker.fire().catch(ignored);
  let failures = 0;
  for (const reject of rejects) {
    failures++;
    reject(down);
    await pause(0);
    if (breaker.opened) break;
  }
  breaker.shutdown();
  return failures;
}

async function openAfterRecovery(Breaker: AnyOpossum): Promise<number> {
  const breaker = new Breaker(async (fails: boolean) => (fails ? Promise.reject(down) : 1), {
    volumeThreshold: 10,
    resetTimeout: 20,
  });
  for (let call = 0; call < 10; call++) await breaker.fire(true).catch(ignored);
  await pause(40);
  await breaker.fire(false);
  await breaker.fire(true).catch(ignored);
  const open = breaker.opened ? 1 : 0;
  breaker.shutdown();
  return open;
}

async function closedByStaleSuccess(Breaker: AnyOpossum): Promise<number> {
  let finish: (value: number) => void = ignored;
  const actions = {
    late: () => new Promise<number>((resolve) => (finish = resolve)),
    fail: () => Promise.reject(down),
  };
  const breaker = new Breaker((what: keyof typeof actions) => actions[what](), {
    timeout: false,
    resetTimeout: 20,
    errorThresholdPercentage: 1,
  });
  const late = breaker.fire('late');
  await breaker.fire('fail').catch(ignored);
  await pause(40);
  finish(1);
  await late;
  const closed = breaker.closed ? 1 : 0;
  breaker.shutdown();
  return closed;
}

async function halfOpenForEver(Breaker: AnyOpossum): Promise<number> {
  // The rival has no clock to turn; a minute of it would show nothing that is not true at once: it has no timer for this.
  const clock = new ManualClock();
  const isOurs = Breaker !== Opossum;
  const breaker = new Breaker(async (hangs: boolean) => (hangs ? hang() : Promise.reject(down)), {
    timeout: false,
    resetTimeout: 20,
    ...(isOurs ? { clock } : {}),
  });
  const pass = (ms: number) => (isOurs ? clock.advance(ms) : pause(Math.min(ms, 200)));
  await breaker.fire(false).catch(ignored);
  await pass(40);
  breaker.fire(true).catch(ignored);
  await pass(60_000);
  // A trial is one more chance: half-open with nobody let through is what lasts for ever.
  const stuck = breaker.halfOpen && !breaker.pendingClose ? 1 : 0;
  breaker.shutdown();
  return stuck;
}

async function failuresOfUndefined(Breaker: AnyOpossum): Promise<number> {
  const breaker = new Breaker((() => undefined) as never, { volumeThreshold: 10 });
  await breaker.fire().catch(ignored);
  const { failures } = breaker.stats;
  breaker.shutdown();
  return failures;
}
