/** The parts of the rivals that the benches use; the rivals themselves are installed for the benches alone. */
declare module 'redlock' {
  export default class Redlock {
    constructor(clients: readonly unknown[], options?: Readonly<Record<string, number>>);
    lock(resource: string, ttlMs: number): Promise<{ unlock(): Promise<void> }>;
  }
}
