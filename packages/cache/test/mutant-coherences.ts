import type { Coherence, CoherenceHandlers, CoherenceLink, CoherenceMessage, CoherenceNode } from '../src/index.ts';

type Hear = CoherenceHandlers['message'];
type Mutate = (handlers: CoherenceHandlers, node: CoherenceNode) => Partial<CoherenceHandlers>;

/** Coherences that break one promise each, made of one that keeps them all. */
export const mutants: Readonly<Record<string, (coherence: Coherence) => Coherence>> = {
  ...Object.fromEntries(
    (['drop', 'stale', 'changed', 'raise', 'unknown', 'wake'] as const).flatMap((kind) => [
      [`loses what is ${kind}`, hearing((hear) => (message) => message.kind !== kind && hear(message))],
      [
        `takes ${kind} for something else`,
        changing((message) => (message.kind === kind ? otherKind(message) : message)),
      ],
    ]),
  ),
  'loses all': hearing(() => () => {}),
  'loses every tenth': hearing((hear) => {
    let heard = 0;
    return (message) => ++heard % 10 !== 0 && hear(message);
  }),
  'loses all but the first key': changing((message) => ({ ...message, keys: message.keys.slice(0, 1) })),
  'loses all but the first group': changing((message) => ({ ...message, groups: message.groups.slice(0, 1) })),
  'loses lengths': changing((message) => ({ ...message, lengths: [] })),
  'loses versions': changing((message) => ({ ...message, version: 0n })),
  'rounds versions': changing((message) => ({ ...message, version: BigInt(Number(message.version)) })),
  'folds the case of keys': changing(withKeys((key) => key.toLowerCase())),
  'trims keys': changing(withKeys((key) => key.trim())),
  'normalises keys': changing(withKeys((key) => key.normalize())),
  'ends keys at a line end': changing(withKeys((key) => key.split('\n')[0] as string)),
  'normalises groups': changing((message) => ({
    ...message,
    groups: message.groups.map((one) => one.normalize('NFD')),
  })),
  'says what nobody said': hearing((hear) => (message) => {
    hear(message);
    hear({ ...message, keys: [...message.keys, '/more'] });
  }),
  'never says that something may be missing': handling(() => ({ gap() {} })),
  'always says that something may be missing': handling((handlers) => ({
    message(message) {
      handlers.message(message);
      handlers.gap('sequence');
    },
  })),
  'says nothing of what it lost while it was cut off': handling((handlers) => {
    let met = false;
    return {
      gap(cause) {
        if (!met) handlers.gap(cause);
        met = true;
      },
    };
  }),
  'takes itself for connected': handling((handlers) => ({ state: () => handlers.state(true) })),
  'never says that it listens': handling(() => ({ state() {} })),
  'brings what is of other caches': (coherence) => ({
    ...coherence,
    open: (node, handlers) => coherence.open({ ...node, cache: 'all' }, handlers),
  }),
  'never leaves': linking(() => ({ [Symbol.asyncDispose]: async () => {} })),
  'publishes nothing': linking(() => ({ publish: async () => {} })),
  'cannot publish': linking(() => ({
    publish: async () => {
      throw new Error('no');
    },
  })),
};

/** Coherences that do what a coherence may do. */
export const honest: typeof mutants = {
  'is as it was': (coherence) => coherence,
  'brings a message twice': hearing((hear) => (message) => {
    hear(message);
    hear(message);
  }),
  'brings a message late': handling((handlers, { clock }) => ({
    message: (message) => void clock.after(700, () => handlers.message(message)),
  })),
  'brings messages in another order': handling((handlers, { clock }) => {
    const held: CoherenceMessage[] = [];
    return {
      message(message) {
        held.push(message);
        clock.after(50, () => {
          for (const one of held.splice(0).reverse()) handlers.message(one);
        });
      },
    };
  }),
  'brings a message to its sender': (coherence) => ({
    ...coherence,
    open(node, handlers) {
      const link = coherence.open(node, handlers);
      return over(link, {
        async publish(message) {
          handlers.message(message);
          await link.publish(message);
        },
      });
    },
  }),
};

function hearing(mutate: (hear: Hear) => (message: CoherenceMessage) => unknown) {
  return handling((handlers) => {
    const hear = mutate((message) => handlers.message(message));
    return { message: (message) => void hear(message) };
  });
}

function changing(change: (message: CoherenceMessage) => CoherenceMessage) {
  return hearing((hear) => (message) => hear(change(message)));
}

function handling(mutate: Mutate) {
  return (coherence: Coherence): Coherence => ({
    ...coherence,
    open: (node, handlers) => coherence.open(node, over(handlers, mutate(handlers, node))),
  });
}

function linking(mutate: (link: CoherenceLink) => Partial<CoherenceLink>) {
  return (coherence: Coherence): Coherence => ({
    ...coherence,
    open(node, handlers) {
      const link = coherence.open(node, handlers);
      return over(link, mutate(link));
    },
  });
}

function withKeys(change: (key: string) => string) {
  return (message: CoherenceMessage): CoherenceMessage => ({ ...message, keys: message.keys.map(change) });
}

function otherKind(message: CoherenceMessage): CoherenceMessage {
  return { ...message, kind: message.kind === 'drop' ? 'stale' : 'drop' };
}

/** All methods of one, but for these. */
function over<T extends object>(whole: T, methods: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      if (name in methods) return methods[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
