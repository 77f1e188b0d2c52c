/** Stands in for the model: what it says takes tokens, as many as it has words. */
export async function complete(prompt: string): Promise<{ readonly text: string; readonly tokens: number }> {
  if (prompt === 'fail') throw new Error('the model is ill');
  const repeat = /^repeat (\d+)$/.exec(prompt)?.[1];
  const words =
    repeat === undefined ? prompt.split(' ').reverse() : Array.from({ length: Number(repeat) }, () => 'word');
  return { text: words.join(' '), tokens: words.length };
}

/** What a prompt will probably cost. */
export function estimate(prompt: string): number {
  return Math.max(100, prompt.length);
}
