/** What a queue carries: by type, what goes in and what comes out. */
export interface JobTypes {
  readonly [type: string]: { readonly in: unknown; readonly out?: unknown };
}

/** Any type with any data. */
// biome-ignore lint/suspicious/noExplicitAny: handlers of every input must fit
export type AnyJobs = { readonly [type: string]: { readonly in: any; readonly out?: any } };
