/** The part of the rival that the bench uses; it is installed for the benches alone. */
declare module '@upstash/ratelimit' {
  export interface Answer {
    readonly success: boolean;
  }
  export class Ratelimit {
    static fixedWindow(tokens: number, window: string): unknown;
    constructor(options: Readonly<Record<string, unknown>>);
    limit(key: string): Promise<Answer>;
  }
}
