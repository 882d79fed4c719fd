/** What the simulated link says of refused callers, found in it. */
import { authFailuresOf } from "../../shared/auth-failures/desired.ts";
import { InvariantError } from "../../shared/runtime/errors.ts";
import { link } from "./link.ts";

const desired = authFailuresOf(link);
if (desired === null) throw new InvariantError("the simulated link reads no log of refused callers");
export const DESIRED_AUTH = desired;
