/** What a queue carries: by type, what goes in and what comes out. */
export interface JobTypes {
  readonly [type: string]: { readonly in: unknown; readonly out?: unknown };
}

/** Any type with any data: a queue of whatever jobs fits where a queue of these is asked for. */
// biome-ignore lint/suspicious/noExplicitAny: type arguments other than any are compared, and no job map is another's
export type AnyJobs = any;
