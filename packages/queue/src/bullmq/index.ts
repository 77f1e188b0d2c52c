export { type BullmqOptions, bullmqQueue } from './bullmq-queue.ts';
