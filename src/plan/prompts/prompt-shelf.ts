/** What a plan knows of the library of prompts: how one is found, and which one it was. */

/** What a plan needs of the library of prompts. */
export interface PromptShelf {
  readonly list: () => readonly { readonly name: string }[];
  /** Throws for an unknown name or version. */
  readonly show: (name: string, version?: number) => { readonly version: number };
  readonly variables: (
    name: string,
    version?: number,
  ) => readonly { readonly name: string; readonly default: string | null }[];
  readonly render: (
    name: string,
    values: Readonly<Record<string, string>>,
    version?: number,
  ) => string;
}

/** Which prompt of the library a task's prompt was made of. */
export interface PromptPin {
  readonly name: string;
  readonly version: number;
}

/** Whether the library is needed to read this text of a plan: `use:`, in YAML or JSON. */
export function mayTakePrompts(text: string): boolean {
  return /\buse["']?\s*:/.test(text);
}
