/** The telling of allowlists in one process: the real verbs over models of the table, the bus and the channel. */
import { type AllowlistMemory, type Looked, NO_MEMORY } from "../../shared/allowlists/memory.ts";
import { type AllowlistTeller, tellAllowlists } from "../../shared/allowlists/tell.ts";
import { parseLink } from "../../shared/link/load.ts";
import { linkWith } from "../testing/links.ts";
import { type AlertsModel, createAlertsModel } from "./alerts.ts";
import { modelAllowlistMemory } from "./allowlist-memory.ts";
import { type ModelAudit, modelAudit } from "./audit.ts";

export interface AllowlistTellingModel extends AlertsModel {
  readonly audit: ModelAudit;
  readonly memory: { stands: AllowlistMemory };
  readonly teller: AllowlistTeller;
  /** Of a run now; then the messenger's turn. */
  run(looked?: Partial<Omit<Looked, "now">>): Promise<readonly string[]>;
  /** As long as it takes for what was told to be over: a run each minute that looks at nothing. */
  tendFor(minutes: number): Promise<void>;
}

const group = (name: string, id: string) => ({ name, cloud: "aws", group: id, own: "all", rules: [] });
const nsg = { resourceGroup: "network", nsg: "nodes" };

/** Of a link with the groups `relay` and `loader` in AWS, and `nodes` in Azure. */
export function createAllowlistTelling(): AllowlistTellingModel {
  const alerts = createAlertsModel();
  const { calls, clock } = alerts;
  const audit = modelAudit(calls, clock);
  const memory = { stands: NO_MEMORY };
  const groups = [
    group("relay", "sg-0a1b2c3d4e5f60718"),
    group("loader", "sg-0a1b2c3d4e5f60719"),
    { name: "nodes", cloud: "azure", group: nsg, own: "all" },
  ];
  const teller: AllowlistTeller = {
    link: parseLink(linkWith({ allowlists: { groups } })),
    memory: modelAllowlistMemory(calls, memory),
    audit,
    tell: alerts.report,
    log: alerts.alerts.log,
    invocation: { actor: "warrener-test-heal-allowlists", requestId: "invocation-1" },
  };
  const run = async (looked: Partial<Omit<Looked, "now">> = {}) => {
    const trouble = await tellAllowlists(teller, { reports: [], unread: [], ...looked, now: clock.now() });
    await alerts.tell();
    return trouble;
  };
  return {
    ...alerts,
    audit,
    memory,
    teller,
    run,
    async tendFor(minutes) {
      for (let minute = 0; minute < minutes; minute += 1) {
        clock.advance(60);
        await run();
      }
    },
  };
}
