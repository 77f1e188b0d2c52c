import type { Clock, Policy } from '@xc/core';
import { execute, taskStage } from '../run/engine.ts';
import type { Layer, Stage } from '../run/frame.ts';
import { foreignStage, type Inside } from './foreign-stage.ts';

/** One step of a pipeline: a layer to fuse, or somebody else's policy to nest. */
export type Part = { readonly layer: Layer } | { readonly foreign: Policy };

interface Program {
  readonly first: Stage;
  /** The same, for somebody else's policy to call. */
  readonly inside: Inside;
}

/** Fuses neighbouring layers into one chain of stages, outer to inner. */
export function fused(parts: readonly Part[], clock: Clock): Stage {
  const innermost: Program = { first: taskStage, inside: (task, context) => task(context) };
  return parts.reduceRight((next, part) => prepend(part, next, clock), innermost).first;
}

function prepend(part: Part, next: Program, clock: Clock): Program {
  if ('layer' in part) {
    const first = part.layer.before(next.first);
    return { first, inside: (task, context) => execute(first, clock, task, context) };
  }
  const { foreign } = part;
  return {
    first: foreignStage(foreign, next.inside),
    inside: (task, context) => foreign.run((given) => next.inside(task, given), context),
  };
}
