/** Machines proved before they run: what was found, with the shortest way to it. */
import { extname } from 'node:path';
import type { MachineProof, MachineVerdict, ToldFinding } from '../../src/index.ts';
import { type Exit, exits } from '../exits.ts';
import { type HomeOption, type JsonOption, openTroupe } from '../options.ts';
import { out } from '../terminal/render.ts';
import { type Palette, paletteFor, plural } from '../terminal/style.ts';
import { plainLine, plainText } from '../terminal/text.ts';

interface ProofOptions extends HomeOption, JsonOption {
  readonly maxStates?: number;
}

export const isMachineFile = (path: string): boolean =>
  ['.ts', '.mts', '.js', '.mjs'].includes(extname(path));

/** Those of a file; those of Troupe itself when it is null. */
export async function proveMachines(path: string | null, options: ProofOptions): Promise<Exit> {
  const troupe = openTroupe(options);
  const { maxStates } = options;
  const desk = await troupe.machines();
  const proof = await desk.verify(path, {
    ...(maxStates !== undefined && { statesMax: maxStates }),
  });
  if (options.json) await out.json(answerOf(proof));
  else await out.write(reportOf(proof, paletteFor(out, troupe.config.environment)));
  return proof.verdict === 'refuted' ? exits.failed : exits.succeeded;
}

/** As for a plan, and each machine by itself. A machine alone has no price. */
function answerOf({ verdict, findings, states, seconds, machines, protocol }: MachineProof) {
  return { verdict, findings, states, seconds, bound: null, unbounded: [], machines, protocol };
}

function reportOf(proof: MachineProof, palette: Palette): string {
  const sections = proof.machines.map((machine) => {
    const own = proof.findings.filter((finding) => finding.machine === machine.machine);
    return [headOf(machine, palette), ...own.map((finding) => findingOf(finding, palette))];
  });
  const gaps = proof.protocol.map(({ type, to, states, because }) => {
    return `  ${type} -> ${to} ${palette.dim(`(${states.join(', ')}): ${because}`)}\n`;
  });
  const heading = 'messages that nothing takes in some states, and why nothing is lost by it:\n';
  return [...sections.flat(), ...(gaps.length > 0 ? [heading] : []), ...gaps].join('');
}

function headOf(
  { machine, verdict, states, transitions, depth, notes }: MachineVerdict,
  palette: Palette,
): string {
  const { bold, green, red, yellow, dim } = palette;
  const colour = { proved: green, refuted: red, bounded: yellow }[verdict];
  const seen = `${plural(states, 'state')}, ${plural(transitions, 'step')}, depth ${depth}`;
  const said = notes.map((note) => `  ${dim(plainLine(note))}\n`);
  return `${plainLine(machine)}: ${bold(colour(verdict))} ${dim(seen)}\n${said.join('')}`;
}

function findingOf(
  { property, message, hint, path, mermaid }: ToldFinding,
  { red, dim }: Palette,
): string {
  const steps = path.map((step) => `    ${plainLine(step)}\n`);
  const chart = path.length === 0 ? '' : `\n\`\`\`mermaid\n${plainText(mermaid)}\n\`\`\`\n\n`;
  return `  ${red(property)} ${plainLine(message)}\n  ${dim(hint)}\n${steps.join('')}${chart}`;
}
