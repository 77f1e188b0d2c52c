/** A cache told plainly: slow, and easy to believe. */
export interface PolicyModel {
  /** Reads the key, and stores it where it was not there; whether it was. */
  ask(key: string): boolean;
  keys(): readonly string[];
}

export function lruModel(maxItems: number): PolicyModel {
  let order: string[] = [];
  return {
    ask(key) {
      const known = order.includes(key);
      order = [...order.filter((other) => other !== key), key];
      if (order.length > maxItems) order.shift();
      return known;
    },
    keys: () => order,
  };
}

/** S3-FIFO with the queues of the paper as arrays, oldest first. */
export function s3FifoModel(maxItems: number): PolicyModel {
  const uses = new Map<string, number>();
  const small: string[] = [];
  const main: string[] = [];
  /** One for each eviction out of the small queue; undefined where the key came back. */
  let ghosts: (string | undefined)[] = [];

  const evictMain = () => {
    for (;;) {
      const key = main.shift() as string;
      const used = uses.get(key) as number;
      if (used === 0) return uses.delete(key);
      uses.set(key, used - 1);
      main.push(key);
    }
  };
  const evictSmall = () => {
    // One alone has just come, and stays while there is another to go.
    while (small.length > 1 || (small.length === 1 && main.length === 0)) {
      const key = small.shift() as string;
      if ((uses.get(key) as number) <= 1) {
        uses.delete(key);
        ghosts = [...ghosts, key].slice(-Math.max(1, Math.floor(0.9 * maxItems)));
        return true;
      }
      uses.set(key, 0);
      main.push(key);
    }
    return false;
  };

  return {
    ask(key) {
      const used = uses.get(key);
      if (used !== undefined) {
        uses.set(key, Math.min(3, used + 1));
        return true;
      }
      const ghost = ghosts.indexOf(key);
      if (ghost >= 0) ghosts[ghost] = undefined;
      uses.set(key, 0);
      (ghost >= 0 ? main : small).push(key);
      if (uses.size > maxItems) {
        const trySmall = small.length >= 0.1 * uses.size || main.length === 0;
        if (!(trySmall && evictSmall())) evictMain();
      }
      return false;
    },
    keys: () => [...small, ...main],
  };
}
