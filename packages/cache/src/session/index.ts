export { type SessionStore, type SessionStoreOptions, sessionStore } from './session-store.ts';
