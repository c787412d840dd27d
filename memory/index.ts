/** The one door of memory. */
export type { StoreWish } from './chroma/choice.ts';
export type { ChromaAddress } from './chroma/chroma-index.ts';
export { type ChromaState, chromaState, setUpChroma } from './chroma/setup.ts';
export type { Embedder } from './embedding/embedder.ts';
export { type EmbedderWish, openEmbedder } from './embedding/wish.ts';
export type { StoreStatus } from './finder.ts';
export type { Group } from './manager/duplicates.ts';
export { readLines } from './manager/exporting.ts';
export type { Health } from './manager/health.ts';
export type { Imported } from './manager/importing.ts';
export type { MemoryManager } from './manager/manager.ts';
export { tokensIn, tokenWarning } from './manager/tokens.ts';
export type { Budget, Surplus } from './manager/value.ts';
export {
  type Memory,
  type MemoryCounts,
  type MemoryOptions,
  openMemory,
  type Similar,
} from './memory.ts';
export { type Prompt, PromptLibrary } from './prompts/library.ts';
export type { Time } from './time.ts';
export type { ArchivedTask } from './truth/archive.ts';
export type { Course } from './truth/counting.ts';
export { type FileLock, takeFileLock } from './truth/lock.ts';
export type { FinishedTask, Look, Outcome, TaskMemory, TouchedFile } from './truth/task-memory.ts';
export { isVerified, type Validity } from './validity.ts';
