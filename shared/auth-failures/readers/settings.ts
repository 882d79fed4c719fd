/** What the link says of one log group's lines: who writes them, and what of them is relay's. */
import * as z from "zod";
import { DnsName, KubernetesNamespace } from "../../link/names.ts";
import { strict } from "../../link/strict.ts";
import { JsonReaderSettings } from "./json-settings.ts";

const UPSTREAM = "must be 1 to 200 letters, digits and . _ - | :, as the proxy logs it";
/** As in `relay-relay-443` of ingress-nginx, or `outbound|443||relay.relay.svc.cluster.local` of Istio. */
const Upstream = z.string({ error: UPSTREAM }).regex(/^[\w.|:-]{1,200}$/, { error: UPSTREAM });

export const ReaderSettings = z.discriminatedUnion(
  "reader",
  [
    strict({ reader: z.literal("relay") }),
    strict({ reader: z.literal("nginx-access"), upstream: Upstream.optional() }),
    strict({ reader: z.literal("nginx-error"), server: DnsName.optional() }),
    strict({
      reader: z.literal("envoy"),
      upstream: Upstream.optional(),
      verifies: z
        .boolean({ error: "must be true where Envoy refuses every certificate that it cannot verify" })
        .default(false),
    }),
    strict({ reader: z.literal("lattice") }),
    strict({ reader: z.literal("waf") }),
    strict({ reader: z.literal("ike") }),
    JsonReaderSettings,
  ],
  { error: "must name a reader: relay, nginx-access, nginx-error, envoy, lattice, waf, ike or json" },
);
export type ReaderSettings = z.infer<typeof ReaderSettings>;

const CONTAINER = "must be a container's name: at most 63 lower-case letters, digits and hyphens";

export const GroupSettings = strict({
  readers: z
    .array(ReaderSettings, { error: "must be a list of readers" })
    .min(1, { error: "must name at least one reader" })
    .max(8, { error: "must name at most 8 readers" }),
  /** "json" also where a node's agent wraps lines of text into JSON records, as Container Insights does. */
  lines: z.enum(["json", "text"], { error: 'must be "json" or "text"' }).default("json"),
  /**
   * Only these pods are believed. Left out, every pod whose lines come into the group is. It holds where the agent puts
   * a line's fields into `log_processed`; merged into the record, a pod may write the agent's own fields.
   */
  pods: strict({
    namespace: KubernetesNamespace,
    container: z
      .string({ error: CONTAINER })
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, { error: CONTAINER })
      .optional(),
  }).optional(),
});
export type GroupSettings = z.infer<typeof GroupSettings>;
