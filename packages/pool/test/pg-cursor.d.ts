declare module 'pg-cursor' {
  import type { EventEmitter } from 'node:events';
  import type { Connection, Submittable } from 'pg';

  /** The part of pg-cursor that is used here. */
  export default class Cursor extends EventEmitter implements Submittable {
    constructor(text: string, values?: unknown[]);
    submit(connection: Connection): void;
    read(rows: number): Promise<unknown[]>;
    close(): Promise<void>;
  }
}
