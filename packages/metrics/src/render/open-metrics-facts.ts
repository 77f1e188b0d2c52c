/** Whether a family of that name is in the exposition. */
export type IsTaken = (name: string) => boolean;

/**
 * In OpenMetrics a counter's family has no `_total`, and its samples always have. Where another family has that name, or the one
 * of its creation time, the samples keep their name and only the type is given up.
 */
export function openMetricsFacts(
  { name, type }: { readonly name: string; readonly type: string },
  isTaken: IsTaken,
): { readonly name: string; readonly type: string } {
  if (type !== 'counter') return { name, type };
  if (!name.endsWith('_total')) return { name, type: isTaken(`${name}_created`) ? 'unknown' : type };
  const family = name.slice(0, -'_total'.length);
  if (family === '' || isTaken(family) || isTaken(`${family}_created`)) return { name, type: 'unknown' };
  return { name: family, type };
}
