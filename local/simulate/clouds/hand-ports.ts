/** What the hand has beside it, its table and Resource Manager, so that each call of it is a step. */
import type { NetworkSecurityGroups } from "../../../shared/allowlists/network-security-groups.ts";
import type { Rows } from "../../../shared/rows/rows.ts";
import type { SimulatedCalls } from "../calls.ts";

export const handRows = (calls: SimulatedCalls, rows: Rows): Rows => ({
  read: (key) => calls.perform("rows.read", key.name, () => rows.read(key)),
  insert: (key, text) => calls.perform("rows.write", key.name, () => rows.insert(key, text)),
  replace: (key, text, version) =>
    calls.perform("rows.write", key.name, () => rows.replace(key, text, version)),
  remove: (key) => calls.perform("rows.write", key.name, () => rows.remove(key)),
  list: (partition, after, most) =>
    calls.perform("rows.read", partition, () => rows.list(partition, after, most)),
  count: (partition, most) => calls.perform("rows.read", partition, () => rows.count(partition, most)),
});

export const handGroups = (calls: SimulatedCalls, groups: NetworkSecurityGroups): NetworkSecurityGroups => ({
  read: (id) => calls.perform("nsg.read", id, () => groups.read(id)),
  put: (id, rule) => calls.perform("nsg.put", `${id} ${rule.name}`, () => groups.put(id, rule)),
  remove: (id, name, etag) =>
    calls.perform("nsg.remove", `${id} ${name}`, () => groups.remove(id, name, etag)),
});
