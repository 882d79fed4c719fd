/** What an act says when it is done. */
export interface Done {
  /** For the person. */
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
}
