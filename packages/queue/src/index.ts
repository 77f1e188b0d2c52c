export { memoryQueueStore } from './memory-store.ts';
export { createQueue, type Queue, type QueueOptions, type TouchOptions } from './queue.ts';
export type { QueueStore } from './store.ts';
