/**
 * The seed of a random run: `XC_SEED` where it is given. Otherwise `usual`, so that every change is judged by the same runs, unless
 * `XC_LONG=1` asks for the long ones, which look for new histories and take another seed each time.
 */
export function runSeed(usual: number): number {
  const { XC_SEED, XC_LONG } = process.env;
  if (XC_SEED !== undefined) return Number(XC_SEED);
  return XC_LONG === '1' ? Math.floor(Math.random() * 2 ** 31) : usual;
}
