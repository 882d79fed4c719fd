/**
 * Metrics in log lines: a line that is one JSON object with the right metadata, and nothing before or after it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import * as z from "zod";
import type { Datapoint, Metric } from "./metrics.ts";

const dimensionsMax = 30;
const metricsMax = 100;
const valuesMax = 100;

const Name = z.string().min(1).max(1024);
const Directive = z.object({
  Namespace: Name,
  Dimensions: z.array(z.array(z.string().min(1).max(250)).max(dimensionsMax)),
  Metrics: z.array(z.object({ Name, Unit: z.string().optional() })).max(metricsMax),
});
const Document = z.looseObject({
  _aws: z.looseObject({
    Timestamp: z.int().min(0),
    CloudWatchMetrics: z.array(Directive).min(1),
  }),
});
type Document = z.infer<typeof Document>;

const Value = z.union([z.number().transform((value) => [value]), z.array(z.number()).max(valuesMax)]);
const DimensionValue = z.string().min(1).max(1024);

export interface EmbeddedMetrics {
  readonly values: readonly { readonly metric: Metric; readonly datapoint: Datapoint }[];
  /** Why metrics that the line seems to hold were not taken: the service counts them, and says no more. */
  readonly refused?: string;
}

const NONE: EmbeddedMetrics = { values: [] };

export function extractMetrics(line: string): EmbeddedMetrics {
  const json = parseObject(line);
  if (json === undefined || !("_aws" in json)) return NONE;
  const document = Document.safeParse(json);
  if (!document.success) return { values: [], refused: z.prettifyError(document.error) };
  try {
    return { values: document.data._aws.CloudWatchMetrics.flatMap((one) => valuesOf(document.data, one)) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { values: [], refused: z.prettifyError(error) };
  }
}

function parseObject(line: string): object | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return Object(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** One series for each set of dimensions; a metric without a value in the line is none. */
function valuesOf(
  document: Document,
  { Namespace: namespace, Dimensions, Metrics }: z.infer<typeof Directive>,
) {
  const atMs = document._aws.Timestamp;
  return Dimensions.flatMap((names) => {
    const dimensions = Object.fromEntries(names.map((name) => [name, DimensionValue.parse(document[name])]));
    return Metrics.flatMap(({ Name: name }) => {
      const values = document[name] === undefined ? [] : Value.parse(document[name]);
      return values.map((value) => ({ metric: { namespace, name, dimensions }, datapoint: { atMs, value } }));
    });
  });
}
