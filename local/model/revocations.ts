/** The orders to revoke in memory. */
import type { Revocations } from "../../shared/certificates/journal.ts";
import { RevocationOrder, replacesOrder } from "../../shared/certificates/revocation-order.ts";
import type { Calls } from "./calls.ts";

export function modelRevocations(calls: Calls, orders: Map<string, RevocationOrder>): Revocations {
  return {
    orderRevocation: (order) =>
      calls.perform("journal.order-revocation", order.certificate, () => {
        const stands = orders.get(order.serial);
        if (stands !== undefined && !replacesOrder(order, stands)) return stands;
        orders.set(order.serial, RevocationOrder.parse(order));
        return order;
      }),
    closeRevocation: (order, close) =>
      calls.perform("journal.close-revocation", order.certificate, () => {
        const stands = orders.get(order.serial);
        if (stands?.state !== "ordered" || stands.reason !== order.reason) return false;
        orders.set(order.serial, RevocationOrder.parse({ ...stands, ...close }));
        return true;
      }),
  };
}
