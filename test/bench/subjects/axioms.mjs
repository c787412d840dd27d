/** A run that is over, looked back at: held against the axioms, and walked back through. */
import { rmSync } from 'node:fs';
import { loadEngine } from '../lib/build.mjs';
import { scratchFolder } from '../lib/scratch.mjs';
import { run as runPlan } from './engine.mjs';

const { readHistory } = await loadEngine('src/journal/reading.js');
const { checkRun } = await loadEngine('src/journal/axioms/check-run.js');
const { Timeline } = await loadEngine('src/runs/timeline.js');

const stepsBack = 200;

export async function run({ size }) {
  const folder = scratchFolder();
  await runPlan({ journal: 'file', folder, keep: true, shape: 'layered', size, agents: 100 });
  const records = [...readHistory(folder).inputs];
  const start = performance.now();
  const violations = checkRun({ plan: { budgetUsd: null, tasks: [] }, records });
  const checkMs = performance.now() - start;
  if (violations.length > 0) throw new Error(JSON.stringify(violations[0]));
  const backMs = timeBack(records);
  rmSync(folder, { recursive: true, force: true });
  return { perS: (records.length / checkMs) * 1_000, backMs };
}

function timeBack(records) {
  const after = (n) => records.slice(n);
  const timeline = new Timeline({ base: null, stored: null, after });
  const middle = Math.floor(records.length / 2);
  timeline.goTo(records.length);
  timeline.goTo(middle);
  const start = performance.now();
  for (let back = 1; back <= stepsBack; back += 1) timeline.goTo(middle - back);
  return (performance.now() - start) / stepsBack;
}
