/** The hand's table in memory, as its adapter behaves at the real one; a test can make it not answer. */

import { LIST_MAX, type Row, type RowKey, type Rows } from "../../shared/rows/rows.ts";
import { CloudError } from "../../shared/runtime/errors.ts";

export interface ModelRows extends Rows {
  /** Every call fails with this code while it is set. */
  trouble: string | null;
  /** The text of each row, by `<partition>/<name>`. */
  readonly texts: ReadonlyMap<string, string>;
  /** Called before the next write has its effect, once: another writer comes in between. */
  before: (() => Promise<unknown>) | null;
}

export function modelRows(): ModelRows {
  const stored = new Map<string, Row>();
  let versions = 0;
  const idOf = ({ partition, name }: RowKey) => `${partition}/${name}`;
  const write = (key: RowKey, text: string) => {
    versions += 1;
    stored.set(idOf(key), { name: key.name, text, version: String(versions) });
  };
  const rows: ModelRows = {
    trouble: null,
    before: null,
    get texts() {
      return new Map([...stored].map(([id, { text }]) => [id, text]));
    },
    async read(key) {
      answers("QueryEntities");
      return stored.get(idOf(key)) ?? null;
    },
    async insert(key, text) {
      await writing("InsertEntity");
      if (stored.has(idOf(key))) return "taken";
      write(key, text);
      return "inserted";
    },
    async replace(key, text, version) {
      await writing("UpdateEntity");
      if (stored.get(idOf(key))?.version !== version) return "changed";
      write(key, text);
      return "replaced";
    },
    async remove(key) {
      await writing("DeleteEntity");
      stored.delete(idOf(key));
    },
    async list(partition, after, most) {
      answers("QueryEntities");
      return [...stored]
        .filter(([id, { name }]) => id === idOf({ partition, name }) && name > (after ?? ""))
        .map(([, row]) => row)
        .toSorted((one, other) => (one.name < other.name ? -1 : 1))
        .slice(0, Math.min(most, LIST_MAX));
    },
    async count(partition, most) {
      return (await rows.list(partition, null, most)).length;
    },
  };
  function answers(operation: string): void {
    const { trouble } = rows;
    if (trouble === null) return;
    throw new CloudError({ provider: "azure", operation, target: "row", code: trouble, retryable: true });
  }
  async function writing(operation: string): Promise<void> {
    answers(operation);
    const { before } = rows;
    rows.before = null;
    await before?.();
  }
  return rows;
}
