/** The part of the rival that the benches use; it is installed for the benches alone. */
declare module 'express-rate-limit' {
  export class MemoryStore {
    init(options: { readonly windowMs: number }): void;
    increment(key: string): Promise<{ readonly totalHits: number; readonly resetTime: Date | undefined }>;
    shutdown(): void;
  }
}
