/**
 * Whether the readers of each log can be asked for in one filter. For who deploys the link: a function that was deployed
 * has no use for readers that are not its own, and none of them is in its bundle.
 */
import type { Fault } from "../../link/faults.ts";
import { ConfigError } from "../../runtime/errors.ts";
import { buildGroupReader } from "./group.ts";
import type { GroupSettings } from "./settings.ts";

interface ReadLink {
  readonly authFailures?:
    | { readonly logs: readonly ({ readonly group: string } & GroupSettings)[] }
    | undefined;
}

export const readerFaults = ({ authFailures }: ReadLink): Fault[] =>
  (authFailures?.logs ?? []).flatMap(({ group: _, ...settings }, index) => {
    const message = faultOf(settings);
    return message === null ? [] : [{ path: `authFailures.logs[${index}]`, message }];
  });

/** Null where there is none. It does not depend on any name of the link. */
function faultOf(settings: GroupSettings): string | null {
  try {
    buildGroupReader(settings, []);
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
