import type { CallTree, Frame } from './call-tree.ts';

/** Stacks as flame graphs take them: `outer;inner count`, one line each, most frequent first. */
export function collapsed({ samples }: CallTree): string {
  const counts = new Map<string, number>();
  for (const { stack } of samples) {
    if (stack.length === 0) continue;
    const line = stack.map(entry).join(';');
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const lines = [...counts].sort(([, a], [, b]) => b - a).map(([line, count]) => `${line} ${count}\n`);
  return lines.join('');
}

/** Semicolons part functions, and line ends stacks: a name must have neither. */
function entry({ name, url, line }: Frame): string {
  const file = url.slice(url.lastIndexOf('/') + 1);
  return `${name}${file === '' ? '' : ` (${file}:${line})`}`.replaceAll(/[;\r\n\u2028\u2029]+/g, '_');
}
