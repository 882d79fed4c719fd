/** The link that is deployed. A wrong one stops the deployment here, before anything is planned. */
import linkConfig from "../link.config.ts";
import { parseLinkToDeploy } from "../shared/link/load.ts";

export const link = parseLinkToDeploy(linkConfig, Math.floor(Date.now() / 1_000));
