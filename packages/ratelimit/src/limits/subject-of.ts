import type { Limit } from './limit.ts';

/** The subject that all `Limits` can be asked about: each function of a limit adds what it takes, a limit without `key` a string. */
export type SubjectOf<Limits> = Intersection<{ [Name in keyof Limits]: [SubjectOfLimit<Limits[Name]>] }[keyof Limits]>;

type SubjectOfLimit<L> = (L extends { readonly key: (subject: infer Subject) => unknown } ? Subject : string) &
  (L extends { readonly cost: (subject: infer Subject) => unknown } ? Subject : unknown) &
  (L extends { readonly limit: (subject: infer Subject) => unknown } ? Subject : unknown);

// In tuples, so that a subject that is a union stays one.
type Intersection<Tuples> = (Tuples extends [infer Subject] ? (given: Subject) => void : never) extends (
  given: infer Subject,
) => void
  ? Subject
  : never;

/** Any set of named limits. */
export type LimitSet = Readonly<Record<string, Limit<never>>>;
