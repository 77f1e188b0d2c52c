import type { Clock, Policy } from '@xc/core';
import { execute, taskStage } from '../run/engine.ts';
import type { Stage } from '../run/frame.ts';
import { Leaf } from '../run/leaf.ts';

/** Nests a policy that is not ours where it stands; what follows runs inside it as a run of its own. */
export function foreignStage(policy: Policy, clock: Clock, next: Stage): Stage {
  return {
    enter(outer, scope, call) {
      const { task } = call;
      const inside = next === taskStage ? task : (context: unknown) => execute(next, clock, task, context as object);
      new Leaf(outer, scope, call).run((context) => policy.run(inside, context));
    },
  };
}
