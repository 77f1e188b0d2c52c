/** Gives so many keys in turn, each always the same string, as a program has them. */
export function keysInTurn(count: number, of = count): () => string {
  const keys = Array.from({ length: count }, (_, index) => `user:${Math.floor((index * of) / count)}`);
  let turn = 0;
  return () => {
    turn = turn + 1 === count ? 0 : turn + 1;
    return keys[turn] as string;
  };
}

/** A small object, another one for each number. */
export function smallObject(id: number): object {
  return { id, name: `user ${id}`, email: `user${id}@example.com`, tags: ['a', 'b'], active: id % 2 === 0 };
}
