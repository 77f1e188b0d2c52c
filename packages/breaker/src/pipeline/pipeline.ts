import { type Clock, type Policy, systemClock, type Tracer } from '@xc/core';
import {
  orDefault,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  refuseUnknown,
  shown,
  withMethods,
} from '../options.ts';
import { execute, layerKey } from '../run/engine.ts';
import type { Layer } from '../run/frame.ts';
import { deadlineStage } from './deadline-stage.ts';
import { type PipelineWarning, warningsFor, whyWrong } from './pipeline-warnings.ts';
import { fused, type Part } from './program.ts';
import { spanLayer } from './span-layer.ts';

/** How a pipeline appears from outside. */
export interface PipelineOptions extends PolicyOptions {
  /** @defaultValue the clock of the first policy of ours, else systemClock */
  readonly clock?: Clock;
  /**
   * Gets one span per run, named like the pipeline.
   * @defaultValue none
   */
  readonly tracer?: Tracer;
}

/** Several policies as one. */
export interface Pipeline extends Policy {
  /** Outer to inner, pipelines in it taken apart. */
  readonly policies: readonly Policy[];
  /** Orders that are known to be wrong. */
  readonly warnings: readonly PipelineWarning[];
}

const partsKey: unique symbol = Symbol('parts');

interface FusedPipeline extends Pipeline {
  readonly [partsKey]: readonly Part[];
}

/**
 * Runs calls through `policies`, outer to inner, with the observable behaviour of nesting them at a fraction of the cost:
 * policies of ours are fused into one run, others are nested where they stand. Bounds a run by its `deadline`.
 *
 * Recommended order: fallback, total timeout, retry, breaker, bulkhead, attempt timeout.
 *
 * @throws TypeError when a member has no `run`, or for an unknown option.
 * @example
 * ```ts
 * const guarded = pipeline([fallback(() => cached), retry(), createBreaker(), timeout(500)]);
 * const user = await guarded.run(({ signal }) => fetch(url, { signal }));
 * ```
 */
export function pipeline(policies: readonly Policy[], options: PipelineOptions = {}): Pipeline {
  refuseUnknown(options, ['tracer', ...policyOptionNames]);
  const inside = membersOf(policies).flatMap(partsOf);
  const clock = orDefault(options.clock, layersOf(inside)[0]?.clock ?? systemClock);
  const { logger, name } = policyEnvironment(options, 'pipeline');
  if (options.tracer !== undefined) withMethods('tracer', options.tracer, 'span');
  const parts: readonly Part[] =
    options.tracer === undefined ? inside : [{ layer: spanLayer(options.tracer, name, clock, logger) }, ...inside];
  const first = deadlineStage(clock, fused(parts, clock));
  const warnings = warningsFor(layersOf(inside));
  for (const warning of warnings) logger.warn({ pipeline: name, warning }, `${warning}: ${whyWrong[warning]}`);
  const built: FusedPipeline = {
    name,
    policies: Object.freeze(policies.flatMap((policy) => (isPipeline(policy) ? policy.policies : [policy]))),
    warnings,
    run: (task, runOptions) => execute(first, clock, task, runOptions),
    [partsKey]: parts,
  };
  return built;
}

function membersOf(policies: readonly Policy[]): readonly Policy[] {
  if (!Array.isArray(policies)) throw new TypeError(`policies must be an array, got ${shown(policies)}`);
  for (const [at, policy] of policies.entries()) {
    if (typeof policy?.run !== 'function') {
      throw new TypeError(`policies[${at}] must be a policy with a run method, got ${shown(policy)}`);
    }
  }
  return policies;
}

function partsOf(policy: Policy): readonly Part[] {
  if (isPipeline(policy)) return policy[partsKey];
  return [layerKey in policy ? { layer: policy[layerKey] as Layer } : { foreign: policy }];
}

function layersOf(parts: readonly Part[]): readonly Layer[] {
  return parts.flatMap((part) => ('layer' in part && part.layer.kind !== 'span' ? [part.layer] : []));
}

function isPipeline(policy: Policy): policy is FusedPipeline {
  return partsKey in policy;
}
