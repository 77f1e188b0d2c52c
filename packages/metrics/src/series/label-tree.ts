import { LabelNode } from './label-node.ts';
import type { SeriesOwner, Twig } from './twig.ts';

/** Finds the series of a list of label values: one look-up a label, however many series there are. */
export class LabelTree<S extends Twig> {
  readonly #root: LabelNode;

  constructor(metric: SeriesOwner) {
    this.#root = new LabelNode(metric, '');
  }

  /** The series of these values, as many as there are labels. */
  find(values: readonly unknown[]): S | undefined {
    let twig: Twig | undefined = this.#root;
    for (let index = 0; index < values.length; index++) {
      twig = (twig as LabelNode).child(values[index] as string);
      if (twig === undefined) return undefined;
    }
    return values.length === 0 ? (this.#root.child('') as S | undefined) : (twig as S);
  }

  /** The node under which the series of these values hangs; made where it is missing. */
  nodeFor(values: readonly string[]): LabelNode {
    let node = this.#root;
    for (let index = 0; index < values.length - 1; index++) {
      const label = values[index] as string;
      let next = node.child(label) as LabelNode | undefined;
      if (next === undefined) {
        next = new LabelNode(node, label);
        node.put(next);
      }
      node = next;
    }
    return node;
  }

  /** Takes a series out, and the nodes that nothing hangs on any more. */
  take(series: S): void {
    let twig: Twig = series;
    let { parent } = series;
    while (parent instanceof LabelNode) {
      parent.take(twig.label);
      if (!parent.isEmpty) return;
      twig = parent;
      parent = parent.parent;
    }
  }
}

/** The label values that lead to a series; none where the metric has no labels. */
export function valuesOf(series: Twig, count: number): string[] {
  const values = new Array<string>(count);
  let twig: Twig = series;
  for (let index = count - 1; index >= 0; index--) {
    values[index] = twig.label;
    twig = twig.parent as LabelNode;
  }
  return values;
}

/** The metric that a series belongs to, also when it is gone from it. */
export function ownerOf(series: Twig): SeriesOwner {
  let { parent } = series;
  while (parent instanceof LabelNode) parent = parent.parent;
  return parent as SeriesOwner;
}
