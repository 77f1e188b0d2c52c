interface Account {
  /** Everything up to here was heard, or is missing. */
  upTo: number;
  /** Numbers not heard, and when that was noticed. */
  readonly missing: Map<number, number>;
  heardAt: number;
}

const MOST_MISSING = 1_000;
/** With the beat that others are heard by and the time until it is looked at, not more than three. */
const SILENT_AFTER_BEATS = 1.75;

/**
 * Which changes of which node were heard. A number that is left out is missing at once and lost after a while: messages of a
 * cluster may overtake each other. Of a node that is new here nothing is known of what it said before, which is as good as lost;
 * and so is what a node may have said before it fell silent.
 */
export class SequenceLedger {
  readonly #patienceMs: number;
  readonly #silentMs: number;
  readonly #accounts = new Map<string, Account>();
  #lost = false;

  constructor(heartbeatMs: number) {
    this.#patienceMs = heartbeatMs / 2;
    this.#silentMs = heartbeatMs * SILENT_AFTER_BEATS;
  }

  /** @param said - The node has said this number itself; otherwise it says that it was its last one. */
  hear(node: string, sequence: number, said: boolean, now: number): void {
    const account = this.#accounts.get(node);
    if (account === undefined) {
      this.#accounts.set(node, { upTo: sequence, missing: new Map(), heardAt: now });
      if (sequence > (said ? 1 : 0)) this.#lost = true;
      return;
    }
    account.heardAt = now;
    if (said) account.missing.delete(sequence);
    const last = said ? sequence - 1 : sequence;
    if (last - account.upTo + account.missing.size > MOST_MISSING) {
      this.#lost = true;
      account.missing.clear();
    } else {
      for (let number = account.upTo + 1; number <= last; number++) account.missing.set(number, now);
    }
    account.upTo = Math.max(account.upTo, sequence);
  }

  /**
   * Whether something was lost since the last time this was asked.
   *
   * @param hearing - When anybody was last heard: a node is silent that is not heard while others are, this node among them.
   */
  settle(now: number, hearing: number): boolean {
    let lost = this.#lost;
    this.#lost = false;
    for (const [node, { missing, heardAt }] of this.#accounts) {
      if (hearing - heardAt >= this.#silentMs) {
        this.#accounts.delete(node);
        lost = true;
        continue;
      }
      for (const since of missing.values()) {
        if (now - since < this.#patienceMs) continue;
        lost = true;
        missing.clear();
        break;
      }
    }
    return lost;
  }
}
