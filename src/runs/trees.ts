/** What a task's own folder held when its attempt ended, and whether it still holds that. */
import type { Evidence, Fault } from '../../machines/outcome.ts';

/** As the evidence plug counts it; null when it was too large to be counted. */
export interface Counted {
  readonly sha256: string;
  readonly files: number;
  readonly bytes: number;
}

/** A folder that is too large goes without: that is said, and nothing is claimed of it. */
export function treeEvidence(counted: Counted | null): Evidence {
  if (counted === null) {
    const summary = 'its folder is too large to be hashed';
    return { kind: 'tree', passed: true, summary, facts: {} };
  }
  const { sha256: tree, files, bytes } = counted;
  const summary = `its folder has ${files} files, as ${tree.slice(0, 10)}`;
  return { kind: 'tree', passed: true, summary, facts: { tree, files, bytes } };
}

/** The newest hash that is known of it. */
export function treeIn(evidence: readonly Evidence[]): string | null {
  const tree = evidence.findLast(({ kind }) => kind === 'tree')?.facts.tree;
  return tree === undefined ? null : String(tree);
}

/** Null when it is as it was left, or when nobody can say. */
export function tampering(before: string | null, now: Counted | null): Evidence | null {
  if (before === null || now === null || before === now.sha256) return null;
  const change = `${short(before)} is ${short(now.sha256)} now`;
  const summary = `its files were changed after its attempt had ended: ${change}`;
  return { kind: 'tree', passed: false, summary, facts: { tree: now.sha256, left: before } };
}

const short = (hash: string): string => hash.slice(0, 10);

export const tampered = ({ summary: message }: Evidence): Fault => ({
  code: 'verify.tampered',
  message,
  retryable: true,
});
