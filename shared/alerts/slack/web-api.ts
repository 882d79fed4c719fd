/**
 * What is used of Slack's client. It is CommonJS, whose names a bundle does not keep when it is loaded lazily: this
 * module is loaded in its place.
 */
export { LogLevel, WebClient } from "@slack/web-api";
