/** By what names changes and incidents are told on the link's bus; rules of listeners match on it. */
export const EVENT_SOURCE = "warrener";
export const CHANGE_DETAIL_TYPE = "Warrener Change";
export const INCIDENT_DETAIL_TYPE = "Warrener Incident";
