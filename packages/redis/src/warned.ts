const key = Symbol('@xc/redis warned');

/** Whether `matter` comes up for the first time with this client. */
export function firstTime(client: object & { [key]?: Set<string> }, matter: string): boolean {
  const matters = client[key] ?? new Set();
  if (!client[key]) Object.defineProperty(client, key, { value: matters });
  if (matters.has(matter)) return false;
  matters.add(matter);
  return true;
}
