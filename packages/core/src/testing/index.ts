export { ManualClock } from './manual-clock.ts';
export { type LogLevel, type LogLine, type LogQuery, MemoryLogger } from './memory-logger.ts';
export { SeededRandom } from './seeded-random.ts';
