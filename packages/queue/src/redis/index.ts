export { queueTag } from './queue-tag.ts';
