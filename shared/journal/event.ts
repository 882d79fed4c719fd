/** By what names changes and incidents are told on the link's bus; rules of listeners match on it. */
export const EVENT_SOURCE = "warrener";
export const CHANGE_DETAIL_TYPE = "Warrener Change";
export const INCIDENT_DETAIL_TYPE = "Warrener Incident";
/** To a function of the link's: look now. */
export const WAKE_DETAIL_TYPE = "Warrener Wake";

/** Is it one, as EventBridge hands it over? What is found by looking decides, so that nothing else in it is read. */
export const isWake = (event: unknown): boolean =>
  typeof event === "object" &&
  event !== null &&
  "detail-type" in event &&
  event["detail-type"] === WAKE_DETAIL_TYPE;
