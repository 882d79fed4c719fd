/**
 * The hand's own table, as a port: what Azure's resources cannot tell (that the link is frozen, the highest fence that
 * was seen, notes). A row holds one text; its version changes with every write.
 *
 * Every method throws `CloudError` when the table did not say; `null` and the literals below are facts.
 */
export interface RowKey {
  readonly partition: string;
  readonly name: string;
}

export interface Row {
  readonly name: string;
  readonly text: string;
  readonly version: string;
}

export interface Rows {
  read(key: RowKey): Promise<Row | null>;
  insert(key: RowKey, text: string): Promise<"inserted" | "taken">;
  /** Only while the row still has that version. */
  replace(key: RowKey, text: string, version: string): Promise<"replaced" | "changed">;
  /** Nothing happens when it is gone already. */
  remove(key: RowKey): Promise<void>;
  /** In the order of their names, those after `after`; null begins with the first. */
  list(partition: string, after: string | null, most: number): Promise<readonly Row[]>;
}

/** The most rows of one `list`: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination */
export const LIST_MAX = 1_000;
