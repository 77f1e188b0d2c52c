import type { LabelNode } from '../series/label-node.ts';
import type { Series } from '../series/series.ts';
import { escapeLabel } from './escape.ts';

/** `a="1",b="2"`, in the order of the names. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');
}

/** Writes the labels of the series of one metric; those of one parent share what they have in common. */
export class LabelWriter {
  readonly #names: readonly string[];
  readonly #constant: string;
  #parent: Series['parent'] | undefined;
  /** Everything before the value of the last label. */
  #before = '';

  constructor(names: readonly string[], constant: string) {
    this.#names = names;
    this.#constant = constant;
  }

  of(series: Series): string {
    if (this.#names.length === 0) return this.#constant;
    if (series.parent !== this.#parent) {
      this.#parent = series.parent;
      this.#before = this.#textBefore(series.parent as LabelNode);
    }
    return `${this.#before}${escapeLabel(series.label)}"`;
  }

  #textBefore(parent: LabelNode): string {
    const last = this.#names.length - 1;
    let text = `${this.#names[last]}="`;
    let node = parent;
    for (let index = last - 1; index >= 0; index--) {
      text = `${this.#names[index]}="${escapeLabel(node.label)}",${text}`;
      node = node.parent as LabelNode;
    }
    return this.#constant === '' ? text : `${this.#constant},${text}`;
  }
}
