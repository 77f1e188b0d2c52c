/** Gives the same keys again and again, in turns. */
export function keysInTurn(count: number): () => string {
  const keys = Array.from({ length: count }, (_, key) => `user ${key}`);
  let turn = 0;
  return () => {
    turn = turn + 1 === count ? 0 : turn + 1;
    return keys[turn] as string;
  };
}
