/** One metric family on its way into an exposition. */
export interface Section {
  /** As the format names the family; sections are sorted by it. */
  readonly name: string;
  /** `# HELP`, `# TYPE` and, where there is one, `# UNIT`. */
  readonly header: string;
  /** How many parts there are. */
  readonly length: number;
  /** The lines of one part, written in one stretch, so that they agree; '' where it is gone. */
  part(index: number): string;
}
