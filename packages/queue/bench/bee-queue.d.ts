/** The part of the rival that the benches use; it is installed for the benches alone. */
declare module 'bee-queue' {
  interface Job {
    save(): Promise<unknown>;
  }
  export default class BeeQueue {
    constructor(name: string, options: Readonly<Record<string, unknown>>);
    createJob(data: unknown): Job;
    saveAll(jobs: readonly Job[]): Promise<Map<Job, Error>>;
    process(concurrency: number, handler: (job: unknown) => Promise<unknown>): void;
    ready(): Promise<unknown>;
    close(ms?: number): Promise<unknown>;
  }
}
