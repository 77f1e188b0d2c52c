import { checkFunction } from '../options/entry-plan.ts';
import type { Tier, TierSpace } from '../tier/tier.ts';
import { Chaos, type ChaosPlan } from './chaos-plan.ts';

/**
 * A tier with faults: calls that fail before or after they were done, answers that are late, never come, or overtake each other,
 * and calls that are done twice. At rate 0 it is the tier.
 *
 * @throws TypeError for what is no tier; TypeError or RangeError for a plan that cannot be.
 */
export function chaosTier(tier: Tier, plan: ChaosPlan): Tier {
  checkFunction('tier.open', (tier as Tier | undefined)?.open);
  const chaos = new Chaos(plan);
  return { ...tier, open: (cache) => chaoticSpace(tier.open(cache), chaos) };
}

const METHODS = [
  'read',
  'fill',
  'set',
  'drop',
  'raise',
  'groups',
  'touch',
  'renew',
  'release',
  'onceBegin',
  'onceRenew',
  'onceFinish',
  'onceAbandon',
] as const;

function chaoticSpace(space: TierSpace, chaos: Chaos): TierSpace {
  const chaotic = Object.create(space) as Record<string, unknown>;
  for (const name of METHODS) {
    const method = space[name] as (...args: unknown[]) => Promise<unknown>;
    chaotic[name] = (...args: unknown[]) => call(() => method.apply(space, args), chaos);
  }
  return chaotic as unknown as TierSpace;
}

async function call(run: () => Promise<unknown>, chaos: Chaos): Promise<unknown> {
  const fails = chaos.hits('fail');
  if (fails && chaos.draw() < 0.5) throw new Error('the tier failed before it did anything');
  if (chaos.hits('reorder')) await chaos.clock.sleep(chaos.draw() * chaos.delayMs);
  const answer = await run();
  if (chaos.hits('duplicate')) await run();
  if (chaos.hits('drop')) return new Promise(() => {});
  if (chaos.hits('delay')) await chaos.clock.sleep(chaos.delayMs);
  if (fails) throw new Error('the tier failed after it had done it');
  return answer;
}
