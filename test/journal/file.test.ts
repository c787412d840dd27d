/** The journal in a folder keeps the contract. */
import { FileJournal } from '../../src/journal/file.ts';
import { journalContract } from '../contracts/journal.contract.ts';

journalContract('file', (folder) => FileJournal.open(folder));
