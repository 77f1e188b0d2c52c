import { fateAfter } from './giving-back.ts';
import { believedMs } from './held-lease.ts';
import { closedError, unavailableError } from './lock-error.ts';
import type { LockClaim } from './store.ts';
import { checkedAnswer } from './store-answer.ts';
import type { LineHome } from './wait-line.ts';

/**
 * Tries once, without a place in line. Resolves with the fence, or with `undefined` when somebody else has it. What comes after
 * an abort, or so late that it may be somebody else's by now, is given back.
 *
 * @throws XcError `XC_LOCK_UNAVAILABLE`, `XC_LOCK_CLOSED`; the reason of `signal`, at once.
 */
export async function tryOnce(
  home: LineHome,
  claim: LockClaim,
  signal: AbortSignal | undefined,
  isClosed: () => boolean,
): Promise<bigint | undefined> {
  const sentAt = home.clock.monotonic();
  const asking = ask(home, claim);
  home.asked(asking);
  const given = asking.then((answer) => {
    if (!answer.granted) {
      if (signal?.aborted) void home.giveBack(claim, 'refused');
      return undefined;
    }
    const isLate = home.clock.monotonic() - sentAt >= believedMs(claim.ttlMs);
    if (!isLate && !signal?.aborted && !isClosed()) return answer.fence;
    void home.giveBack(claim, 'granted');
    if (isClosed()) throw closedError();
    return undefined;
  });
  if (signal === undefined) return given;
  let unlisten: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    unlisten = home.aborts.on(signal, () => {
      // Right behind the question, so that whoever asks next finds it free.
      void home.giveBack(claim, 'unanswered');
      reject(signal.reason);
    });
  });
  return Promise.race([given, aborted]).finally(() => unlisten?.());
}

async function ask(home: LineHome, claim: LockClaim) {
  try {
    return checkedAnswer(await home.store.acquire(claim));
  } catch (error) {
    // It may have been granted all the same.
    void home.giveBack(claim, fateAfter(error));
    throw unavailableError(claim.name, error);
  }
}
