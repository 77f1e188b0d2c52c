export { type BullBoardOptions, bullBoardAdapter } from './bull-board-adapter.ts';
