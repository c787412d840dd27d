/** The journal in memory keeps the contract; it lives as long as its process. */
import { MemoryJournal } from '../../src/journal/memory.ts';
import { journalContract } from '../contracts/journal.contract.ts';

const kept = new Map<string, MemoryJournal>();

journalContract('memory', async (folder) => {
  const journal = kept.get(folder) ?? new MemoryJournal();
  kept.set(folder, journal);
  await journal.load();
  return journal;
});
