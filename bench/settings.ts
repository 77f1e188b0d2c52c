/** How much time a bench takes; `pnpm bench --quick` only shows that it works. */
export const settings =
  process.env.XC_BENCH_QUICK === '1'
    ? ({ quick: true, rounds: 3, roundMs: 5 } as const)
    : ({ quick: false, rounds: 21, roundMs: 40 } as const);
