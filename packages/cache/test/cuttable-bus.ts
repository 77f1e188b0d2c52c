import { type Bus, localBus } from '@xc/core';

/** A bus, and how to cut it: what is published then reaches nobody. */
export function cuttableBus() {
  const whole = localBus();
  let isCut = false;
  const bus: Bus = {
    publish: async (channel, bytes) => {
      if (!isCut) await whole.publish(channel, bytes);
    },
    subscribe: (channel, handlers) => whole.subscribe(channel, handlers),
    [Symbol.asyncDispose]: () => whole[Symbol.asyncDispose](),
  };
  const cut = async () => {
    isCut = true;
    return async () => {
      isCut = false;
    };
  };
  return { bus, cut };
}
