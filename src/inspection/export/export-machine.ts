/** A machine in a format that other tools read: for editors, documents, pictures and standards. */
import type { AnyStateMachine } from 'xstate';
import { diagramOf, type Happened } from '../../verify/machines/diagram.ts';
import type { MachineFormat } from './formats.ts';
import { scxml } from './scxml.ts';
import { statelyJson } from './stately-json.ts';
import { svg } from './svg.ts';

/** With what happened, pictures mark it; the other formats know of machines alone. */
export async function exportMachine(
  machine: AnyStateMachine,
  format: MachineFormat,
  happened?: Happened,
): Promise<string> {
  switch (format) {
    case 'stately-json':
      return `${JSON.stringify(statelyJson(machine), null, 2)}\n`;
    case 'mermaid':
      return `${diagramOf(machine, happened)}\n`;
    case 'svg':
      return svg(machine, happened);
    case 'scxml':
      return scxml(machine);
  }
}
