/** The part of the rival that the benches use; it is installed for the benches alone. */
declare module 'groupmq' {
  import type { Redis } from 'ioredis';
  export class Queue {
    constructor(options: { readonly redis: Redis; readonly namespace: string });
    add(job: { readonly groupId: string; readonly data: unknown }): Promise<unknown>;
  }
  export class Worker {
    constructor(options: {
      readonly queue: Queue;
      readonly concurrency: number;
      readonly handler: (job: unknown) => Promise<unknown>;
    });
    run(): Promise<void>;
    close(): Promise<void>;
  }
}
