import { shown } from '../keys/shown.ts';

/** What is asked of each. */
const methods = {
  clock: ['now', 'monotonic', 'sleep', 'after'],
  random: ['next'],
  meter: ['counter', 'gauge', 'histogram'],
  logger: ['info', 'warn', 'error'],
  tracer: ['span'],
} as const;

/**
 * Looks at what an application hands in of its own; what is left out has a default.
 * @throws TypeError for a clock, a meter or another that is none.
 */
export function checkEnvironment(options: { readonly [Name in keyof typeof methods]?: unknown }): void {
  for (const [name, needed] of Object.entries(methods)) {
    const value = options[name as keyof typeof methods];
    const able = value as Readonly<Record<string, unknown>> | null | undefined;
    if (value === undefined || needed.every((method) => typeof able?.[method] === 'function')) continue;
    throw new TypeError(`${name} must have ${needed.join(', ')}, got ${shown(value)}`);
  }
}
