/** Wakes on the link's event bus, each with the name of the concern; a rule for each starts its function (infra/wakes.ts). */
import { type EventSender, tellEvents } from "../journal/aws-bus.ts";
import { WAKE_DETAIL_TYPE } from "../journal/event.ts";
import { toIso } from "../runtime/instant.ts";
import type { Waker } from "./wakes.ts";

export interface WakingBus {
  readonly sender: () => Promise<EventSender>;
  /** The bus's own name. */
  readonly name: string;
  /** The link's name. */
  readonly link: string;
}

export const busWaker = ({ sender, name, link }: WakingBus): Waker => ({
  async wake(targets, at) {
    const events = targets.map((target) => ({ id: `${target}-${at}`, at: toIso(at), link, target }));
    const { code } = await tellEvents(sender, name, WAKE_DETAIL_TYPE, events);
    return code;
  },
});
