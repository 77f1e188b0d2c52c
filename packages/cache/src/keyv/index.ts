export { type KeyvStore, keyvStore } from './keyv-store.ts';
