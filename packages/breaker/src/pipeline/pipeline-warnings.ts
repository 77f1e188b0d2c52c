import type { LayerKind } from '../run/frame.ts';

/** An order of policies that is known to be wrong. */
export type PipelineWarning =
  | 'retry-inside-breaker'
  | 'retry-inside-bulkhead'
  | 'fallback-inside-retry'
  | 'fallback-inside-breaker'
  | 'retry-twice'
  | 'hedge-without-budget';

/** Why the order is wrong, as the log says it. */
export const whyWrong: Readonly<Record<PipelineWarning, string>> = {
  'retry-inside-breaker': 'the breaker sees only the last attempt and never hears of the others: put the retry outside',
  'retry-inside-bulkhead': 'a call holds its slot while it waits to be retried: put the retry outside',
  'fallback-inside-retry': 'a call that the fallback answered is never retried: put the fallback outside',
  'fallback-inside-breaker': 'the breaker sees answers instead of failures and never opens: put the fallback outside',
  'retry-twice': 'attempts multiply: keep one retry',
  'hedge-without-budget': 'when the service slows down every call is sent again: give the hedge a budget',
};

const wrongInside: readonly (readonly [outer: LayerKind, inner: LayerKind, PipelineWarning])[] = [
  ['breaker', 'retry', 'retry-inside-breaker'],
  ['bulkhead', 'retry', 'retry-inside-bulkhead'],
  ['retry', 'fallback', 'fallback-inside-retry'],
  ['breaker', 'fallback', 'fallback-inside-breaker'],
  ['retry', 'retry', 'retry-twice'],
];

/** What is wrong with this order, outer to inner; each warning once. */
export function warningsFor(
  layers: readonly { readonly kind: LayerKind; readonly budgeted?: boolean }[],
): readonly PipelineWarning[] {
  const warnings = new Set<PipelineWarning>();
  for (const [at, { kind, budgeted }] of layers.entries()) {
    if (kind === 'hedge' && budgeted === false) warnings.add('hedge-without-budget');
    for (const [outer, inner, warning] of wrongInside) {
      if (kind === inner && layers.slice(0, at).some((layer) => layer.kind === outer)) warnings.add(warning);
    }
  }
  return Object.freeze([...warnings]);
}
