/**
 * The hand's own table, as a port: what Azure's resources cannot tell (that the link is frozen, the highest fence that
 * was seen, what was agreed to, notes). A row holds one text; its version changes with every write.
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
  /** How many rows there are, and `most` when there are more. Their texts are not read. */
  count(partition: string, most: number): Promise<number>;
}

/**
 * The most characters of a row's text. Azure takes 64 KiB of UTF-16 for a property and 1 MiB for a row, and a text is
 * spread over several properties (https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model).
 */
export const TEXT_MAX = 480_000;

/** The most rows of one `list`: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination */
export const LIST_MAX = 1_000;
