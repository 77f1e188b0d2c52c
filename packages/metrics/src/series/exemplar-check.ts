/** Characters of all names and values of an exemplar (OpenMetrics 1.0, Exemplars). */
const MOST_CHARACTERS = 128;

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A copy of these labels when OpenMetrics can show them as an exemplar, else `undefined`. Takes anything and never throws. */
export function exemplarOf(labels: unknown): Readonly<Record<string, string>> | undefined {
  try {
    const entries = Object.entries(labels as Record<string, unknown>);
    const fit = entries.every(([name, value]) => typeof value === 'string' && labelName.test(name));
    const characters = entries.reduce((sum, [name, value]) => sum + [...name].length + [...String(value)].length, 0);
    return fit && characters <= MOST_CHARACTERS ? (Object.fromEntries(entries) as Record<string, string>) : undefined;
  } catch {
    // No object, or one whose properties throw.
    return undefined;
  }
}
