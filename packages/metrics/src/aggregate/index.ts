export type { Aggregate } from './aggregate.ts';
export { type AnsweredScrapes, answerScrapes } from './answer-scrapes.ts';
export { clusterPort } from './cluster-port.ts';
export { type AggregateOptions, createAggregate } from './create-aggregate.ts';
export type { FramePort } from './frame-port.ts';
export { messagePort } from './message-port.ts';
