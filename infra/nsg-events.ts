/// <reference path="../.sst/platform/config.d.ts" />
/**
 * What wakes the Function App when somebody changes a network security group of the link. In the form that is scoped
 * to a resource group: of system topics there can be one for each source, which may be somebody else's already.
 */
import { NSG_FUNCTION } from "../shared/runtime/deployed-names.ts";
import { stageName } from "./names.ts";
import { byResourceGroup, type NetworkSecurityGroup } from "./network-security-groups.ts";

/** What the Function App listens to (shared/allowlists/event-grid.ts); a canceled write may have been half done. */
const EVENT_TYPES = [
  "Microsoft.Resources.ResourceWriteSuccess",
  "Microsoft.Resources.ResourceWriteCancel",
  "Microsoft.Resources.ResourceDeleteSuccess",
  "Microsoft.Resources.ResourceDeleteCancel",
];

/** Of 25 values in all filters of a subscription: https://learn.microsoft.com/azure/event-grid/event-filtering */
const SUBJECTS_MAX = 25;
/** Event Grid's most, and its default: https://learn.microsoft.com/azure/event-grid/delivery-and-retry */
const DELIVERY = { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1_440 };

/** `appId` is the Function App's resource id. */
export function subscribeToChanges(nsgs: readonly NetworkSecurityGroup[], appId: $util.Output<string>): void {
  for (const { within, nsgs: members } of byResourceGroup(nsgs)) {
    for (let first = 0; first < members.length; first += SUBJECTS_MAX) {
      const part = first === 0 ? "" : `-${first / SUBJECTS_MAX}`;
      new azurenative.eventgrid.EventSubscription(`NsgChanged-${within.key}${part}`, {
        scope: within.id,
        eventSubscriptionName: `${stageName("nsg-changed")}${part}`,
        destination: {
          endpointType: "AzureFunction",
          resourceId: $interpolate`${appId}/functions/${NSG_FUNCTION}`,
          // Each event has its own answer, and is tried again by itself.
          maxEventsPerBatch: 1,
        },
        eventDeliverySchema: "EventGridSchema",
        filter: {
          includedEventTypes: EVENT_TYPES,
          // In any case: Azure writes the same id in several.
          advancedFilters: [
            {
              operatorType: "StringBeginsWith",
              key: "subject",
              values: members.slice(first, first + SUBJECTS_MAX).map(({ id }) => id),
            },
          ],
        },
        retryPolicy: DELIVERY,
      });
    }
  }
}
