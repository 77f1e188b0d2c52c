/** The parts of the rival that the benches use; it is installed for the benches alone. */
declare module 'lightning-pool' {
  export interface Pool<T> {
    acquire(): Promise<T>;
    release(resource: T): void;
    close(force: boolean): Promise<void>;
  }
  export function createPool<T>(
    factory: { create(): Promise<T>; destroy(resource: T): Promise<void> },
    options?: { max?: number; min?: number; maxQueue?: number },
  ): Pool<T>;
}

declare module 'pg-pool' {
  import type { Client, ClientConfig } from 'pg';

  export default class PgPool {
    constructor(config: ClientConfig & { readonly max?: number }, client: typeof Client);
    connect(): Promise<Client & { release(): void }>;
    end(): Promise<void>;
  }
}
