/** The formats that a machine can be exported in. */

export const machineFormats = ['stately-json', 'mermaid', 'svg', 'scxml'] as const;

export type MachineFormat = (typeof machineFormats)[number];
