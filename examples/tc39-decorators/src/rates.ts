import { createBreaker, fallback, Guarded, type Pipeline, pipeline, retry, retryBudget, timeout } from '@xc/breaker';

/** How many units of a currency one euro buys. */
export interface Rate {
  readonly currency: string;
  readonly perEuro: number;
  /** True when the bank gave no answer and this is the last one that it gave. */
  readonly stale: boolean;
}

/** Exchange rates as the bank at `bank` has them. Goes on answering when the bank does not. */
export class Rates {
  readonly #bank: string;
  readonly #lastGood = new Map<string, Rate>();

  // #region guarded
  readonly breaker = createBreaker({ name: 'bank', consecutive: 3, openForMs: 2_000, halfOpen: { permits: 1 } });

  /** Outer to inner: the last good rate when all else fails; one retry while the budget lasts; the breaker; half a second. */
  readonly policy: Pipeline = pipeline([
    fallback((error, { key = '' }) => this.#last(key, error)),
    retry({ attempts: 2, budget: retryBudget({ minPerSecond: 1 }) }),
    this.breaker,
    timeout(500),
  ]);

  constructor(bank: string) {
    this.#bank = bank;
  }

  @Guarded((self) => (self as Rates).policy, { key: (currency: string) => currency, idempotent: true })
  async of(currency: string): Promise<Rate> {
    const response = await fetch(`${this.#bank}/${currency}`);
    if (!response.ok) throw new Error(`the bank answered ${response.status}`);
    const { perEuro } = (await response.json()) as { perEuro: number };
    const rate = { currency, perEuro, stale: false };
    this.#lastGood.set(currency, rate);
    return rate;
  }
  // #endregion

  #last(currency: string, error: unknown): Rate {
    const rate = this.#lastGood.get(currency);
    if (rate === undefined) throw error;
    return { ...rate, stale: true };
  }
}
