/** A place in the tree of label values: an inner node for every label but the last, and the series as leaves. */
export interface Twig {
  /** The root's is the metric. */
  readonly parent: Twig | SeriesOwner;
  /** The label value that leads here from the parent. */
  readonly label: string;
}

/** What a series asks its metric for when a write is not the usual one. */
export interface SeriesOwner {
  /** The series that shows what was written to this one: itself, or another one that has taken its place. */
  living(series: Twig): Twig | undefined;
  /** The series that a write goes to, brought back where it is gone; `undefined` where there is no room. */
  awaken(series: Twig): Twig | undefined;
  /** Counts what cannot be recorded. */
  reject(value: unknown): void;
  /** Shows these labels behind a sample. */
  keepExemplar(series: Twig, bucket: number, value: number, labels: Readonly<Record<string, string>>): void;
  /** Asks for an exemplar, once a bucket and scrape. */
  askForExemplar(series: Twig, bucket: number, value: number): void;
}
