import type { Clock, Policy, RunOptions, Task } from '@xc/core';
import { shown } from '../options.ts';
import type { Layer, Stage } from './frame.ts';
import { Leaf } from './leaf.ts';
import { Run } from './run.ts';

/** Where a policy of ours keeps the layer that a pipeline fuses. */
export const layerKey: unique symbol = Symbol('layer');

/** A policy that a pipeline can take apart. */
export interface Fusible extends Policy {
  readonly [layerKey]: Layer;
}

/** The innermost stage: calls the task. */
export const taskStage: Stage = {
  interrupts: false,
  leaves: true,
  enter(outer, scope, call) {
    new Leaf(outer, scope, call).run(call.task);
  },
};

/** A layer as a policy of its own. */
export function standalone(name: string, layer: Layer): Fusible {
  const first = layer.before(taskStage);
  return {
    name,
    run: (task, options) => execute(first, layer.clock, task, options),
    [layerKey]: layer,
  };
}

/** Runs `task` inside the program that begins with `first`. Never throws. */
export function execute<T>(first: Stage, clock: Clock, task: Task<T>, options: RunOptions | undefined): Promise<T> {
  if (typeof task !== 'function') return Promise.reject(new TypeError(`task must be a function, got ${shown(task)}`));
  try {
    return Run.start(first, clock, task, options) as Promise<T>;
  } catch (error) {
    return Promise.reject(error);
  }
}
