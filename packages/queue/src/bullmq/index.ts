export type { BullmqOptions } from './bullmq-options.ts';
export { bullmqQueue } from './bullmq-queue.ts';
