import type { Twig } from '../series/twig.ts';
import { escapeLabel } from './escape.ts';

/** `a="1",b="2"`, in the order of the names. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');
}

/** Writes the labels of the series of one metric; neighbours in the tree of label values share what they have in common. */
export class LabelWriter {
  /** What stands before the value of each label. */
  readonly #openings: readonly string[];
  readonly #constant: string;
  /** The nodes that were written last, by their depth, and everything up to the opening behind them. */
  readonly #nodes: Twig[] = [];
  readonly #texts: string[] = [];

  constructor(names: readonly string[], constant: string) {
    const before = constant === '' ? '' : `${constant},`;
    this.#openings = names.map((name, index) => `${index === 0 ? before : '",'}${name}="`);
    this.#constant = constant;
  }

  of(series: Twig): string {
    const last = this.#openings.length - 1;
    if (last < 0) return this.#constant;
    return `${this.#before(series.parent as Twig, last)}${escapeLabel(series.label)}"`;
  }

  #before(node: Twig, index: number): string {
    if (index === 0) return this.#openings[0] as string;
    if (this.#nodes[index] !== node) {
      this.#texts[index] =
        `${this.#before(node.parent as Twig, index - 1)}${escapeLabel(node.label)}${this.#openings[index]}`;
      this.#nodes[index] = node;
    }
    return this.#texts[index] as string;
  }
}
