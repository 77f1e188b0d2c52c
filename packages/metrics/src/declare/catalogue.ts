import type { Declaration } from '../declaration.ts';
import type { Family } from '../series/family.ts';
import { ownedNames } from './owned-names.ts';

/** Hears of a new metric. */
export interface NewFamilyListener {
  /** Before it is there: throws when it must not be. */
  refuse(family: Family): void;
  /** When nobody has refused it. */
  add(family: Family): void;
}

/** All metrics of one Metrics, by name. */
export class Catalogue {
  readonly #families = new Map<string, Family>();
  /** Which metric a name of a sample belongs to. */
  readonly #owners = new Map<string, Family>();
  readonly #listeners = new Set<NewFamilyListener>();

  /**
   * The metric of this declaration; made where there is none.
   *
   * @throws TypeError when one of its names belongs to another declaration.
   */
  declare(declaration: Declaration, make: () => Family): Family {
    const known = this.#families.get(declaration.name);
    if (known !== undefined && isSame(known.declaration, declaration)) return known;
    for (const name of ownedNames(declaration)) {
      const owner = this.#owners.get(name);
      if (owner === undefined) continue;
      throw new TypeError(`${name} is taken: ${describe(owner.declaration)}, and cannot be ${describe(declaration)}`);
    }
    const family = make();
    for (const listener of this.#listeners) listener.refuse(family);
    this.#families.set(declaration.name, family);
    for (const name of ownedNames(declaration)) this.#owners.set(name, family);
    for (const listener of this.#listeners) listener.add(family);
    return family;
  }

  get(name: string): Family | undefined {
    return this.#families.get(name);
  }

  /** Whether a sample of that name is one of ours. */
  owns(name: string): boolean {
    return this.#owners.has(name);
  }

  /** All of them, by name. */
  sorted(): Family[] {
    return [...this.#families.values()].sort((a, b) => (a.declaration.name < b.declaration.name ? -1 : 1));
  }

  onNew(listener: NewFamilyListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function isSame(one: Declaration, other: Declaration): boolean {
  return describe(one) === describe(other);
}

function describe({ name, type, labels, buckets }: Declaration): string {
  const bounds = buckets === undefined ? '' : ` and buckets [${buckets.join(', ')}]`;
  return `the ${type} ${name} with labels (${labels.join(', ')})${bounds}`;
}
