/** @throws TypeError unless `options` is an object with `known` names alone; says what is allowed, and what may have been meant. */
export function checkNames(what: string, options: unknown, known: readonly string[]): void {
  checkObject(what, options);
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const near = known.find((candidate) => distance(candidate.toLowerCase(), name.toLowerCase()) <= 2);
    const hint = near === undefined ? '.' : `; did you mean ${near}?`;
    throw new TypeError(`unknown option ${name} of ${what}${hint} Allowed: ${known.join(', ')}`);
  }
}

/** @throws TypeError unless it is an object, and no list. */
export function checkObject(what: string, options: unknown): asserts options is object {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new TypeError(`${what} must be an object, got ${options === null ? 'null' : typeof options}`);
}

/** @throws TypeError unless `value` is one of `allowed`. */
export function checkOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value === 'string' && allowed.includes(value)) return;
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : typeof value;
  const near =
    typeof value === 'string' ? allowed.find((candidate) => distance(candidate, value.toLowerCase()) <= 2) : undefined;
  const hint = near === undefined ? '' : `; did you mean '${near}'?`;
  throw new TypeError(`${name} must be one of ${allowed.map((one) => `'${one}'`).join(', ')}, got ${shown}${hint}`);
}

// Damerau's edit distance over short names: a swap of neighbours is one step.
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(at(rows, row - 1, column) + 1, (line[column - 1] as number) + 1);
      least = Math.min(least, at(rows, row - 1, column - 1) + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, at(rows, row - 2, column - 2) + 1);
      }
      line.push(least);
    }
    rows.push(line);
  }
  return at(rows, a.length, b.length);
}

function at(rows: readonly (readonly number[])[], row: number, column: number): number {
  return rows[row]?.[column] as number;
}
