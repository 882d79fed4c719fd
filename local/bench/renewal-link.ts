/** The demo's certificates alone: bunny calls relay with nothing else, as soon as it has one, and nobody reads of it. */
import { defineLink } from "../../shared/link/load.ts";
import demo from "../demo/link.ts";

const { trust: _trust, authFailures: _authFailures, ...rest } = demo;

export default defineLink({ ...rest, bunnies: rest.bunnies.map((bunny) => ({ ...bunny, apiKeys: [] })) });
