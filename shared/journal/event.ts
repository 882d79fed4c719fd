/** By what name changes are told on the link's bus; rules of listeners match on it. */
export const EVENT_SOURCE = "warrener";
export const CHANGE_DETAIL_TYPE = "Warrener Change";
