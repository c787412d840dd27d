/** What the figures were measured on. */
import { cpus, loadavg, totalmem } from 'node:os';

export function describeMachine() {
  const [first] = cpus();
  const memoryGb = Math.round(totalmem() / 1024 ** 3);
  const [load] = loadavg();
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: `${cpus().length} x ${first?.model.trim() ?? 'unknown'}`,
    memory: `${memoryGb} GB`,
    load: load.toFixed(1),
  };
}

export function machineLine({ date, node, platform, cores, memory, load }) {
  return `${date}: Node ${node}, ${platform}, ${cores}, ${memory}, load ${load} at the start`;
}
