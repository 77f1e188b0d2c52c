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
