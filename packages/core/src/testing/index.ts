export { delayed } from './delayed.ts';
export { failing } from './failing.ts';
export { flaky } from './flaky.ts';
export { ManualClock } from './manual-clock.ts';
export { type LogLevel, type LogLine, type LogQuery, MemoryLogger } from './memory-logger.ts';
export { type LabelQuery, type RecordedSeries, RecordingMeter } from './recording-meter.ts';
export { SeededRandom } from './seeded-random.ts';
export {
  type DroppingOptions,
  dropping,
  duplicating,
  type ReorderingOptions,
  reordering,
} from './unreliable-bus.ts';
