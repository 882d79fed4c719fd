/** Incidents on the link's event bus; who listens to them matches on the detail-type. */
import { type EventSender, tellEvents } from "../journal/aws-bus.ts";
import { INCIDENT_DETAIL_TYPE } from "../journal/event.ts";
import type { IncidentBus } from "./bus.ts";

/** `name` is the bus's own. */
export const incidentBus = (sender: () => Promise<EventSender>, name: string): IncidentBus => ({
  tell: (events) => tellEvents(sender, name, INCIDENT_DETAIL_TYPE, events),
});
