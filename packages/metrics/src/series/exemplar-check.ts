/** Characters of all names and values of an exemplar (OpenMetrics 1.0, Exemplars). */
const MOST_CHARACTERS = 128;

/** Whether OpenMetrics can show this exemplar. */
export function isExemplar(labels: unknown): labels is Readonly<Record<string, string>> {
  if (typeof labels !== 'object' || labels === null) return false;
  let characters = 0;
  for (const [name, value] of Object.entries(labels)) {
    if (typeof value !== 'string' || !labelName.test(name)) return false;
    characters += [...name].length + [...value].length;
  }
  return characters <= MOST_CHARACTERS;
}

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
