import type { ChangedKeys } from '../../moving/data-adapter.ts';

interface Note {
  readonly key: string;
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly term: number;
}

/** Keys that changed, or are about to, in the order of being noted; each note goes away once it is taken back by its name. */
export class Capture {
  readonly #notes = new Map<number, Note>();
  #last = 0;

  get pending(): number {
    return this.#notes.size;
  }

  /** Gives the name of the notes. */
  note(keys: Iterable<string>, at: number, term: number): string {
    const ids: number[] = [];
    for (const key of keys) {
      this.#last += 1;
      this.#notes.set(this.#last, { key, at, term });
      ids.push(this.#last);
    }
    return ids.join(',');
  }

  /** At most so many different keys; every note of each that is due. */
  changes(limit: number, isDue: (note: Note) => boolean): ChangedKeys {
    const keys = new Set<string>();
    const ids: number[] = [];
    for (const [id, note] of this.#notes) {
      if (!isDue(note) || (keys.size >= limit && !keys.has(note.key))) continue;
      keys.add(note.key);
      ids.push(id);
    }
    return { keys: [...keys], ack: ids.length === 0 ? undefined : ids.join(',') };
  }

  takeBack(name: string): void {
    for (const id of name.split(',')) this.#notes.delete(Number(id));
  }
}
