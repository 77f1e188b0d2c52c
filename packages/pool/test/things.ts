import type { Factory } from '../src/generic-pool/index.ts';

/** What is pooled. */
export interface Thing {
  readonly id: number;
}

/** Opens numbered things, and can be told to fail. */
export class Things implements Factory<Thing> {
  opened = 0;
  readonly closed: number[] = [];
  failing: unknown;

  async create(): Promise<Thing> {
    this.opened++;
    if (this.failing !== undefined) throw this.failing;
    return { id: this.opened };
  }

  async destroy({ id }: Thing): Promise<void> {
    this.closed.push(id);
  }
}
