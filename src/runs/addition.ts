/** More work for a run, in a person's words: a document with `tasks`, as a plan has them. */
export interface Addition {
  readonly text: string;
  /** As the person named it: messages repeat it, and an ending `.json` makes it JSON. */
  readonly file: string;
  readonly by: string;
}
