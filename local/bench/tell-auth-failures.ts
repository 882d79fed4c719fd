/** The figures of reading logs for refused callers, as a person reads them. */
import type { AuthFailureFigures } from "./auth-failures.ts";
import type { ReaderRate, ReadingTime } from "./auth-reading.ts";
import type { SourceFigures } from "./auth-sources.ts";
import { callTable, table } from "./table.ts";

export const authFailureTables = ({
  reading,
  readers,
  sources,
  deliveries,
}: AuthFailureFigures): string[] => [
  ...readingTable(reading),
  "",
  ...readerTable(readers),
  "",
  ...sourceTable(sources),
  "",
  ...callTable(deliveries),
];

const count = (number: number): string => number.toLocaleString("en-GB");

function readingTable(reading: readonly ReadingTime[]): string[] {
  const heads = [
    `reading a delivery of ${count(reading[0]?.lines ?? 0)} lines`,
    ...["median", "fastest", "slowest", "lines a second"],
    ...["decode", "read", "count", "of a minute with 100,000"],
  ];
  const rows = reading.map(({ callers, medianMs, minMs, maxMs, linesPerSecond, ...it }) => [
    callers,
    ...[`${medianMs} ms`, `${minMs} ms`, `${maxMs} ms`, count(linesPerSecond)],
    ...[it.microsecondsEach.decode, it.microsecondsEach.read, it.microsecondsEach.count].map(
      (each) => `${each} µs`,
    ),
    `${(it.shareOfMinute * 100).toFixed(1)} %`,
  ]);
  return table(heads, rows);
}

const readerTable = (readers: readonly ReaderRate[]): string[] =>
  table(
    ["one reader, its samples", "samples", "lines a second"],
    readers.map(({ reader, samples, linesPerSecond }) => [reader, String(samples), count(linesPerSecond)]),
  );

function sourceTable(sources: readonly SourceFigures[]): string[] {
  const row = (name: string, tell: (it: SourceFigures) => string) => [name, ...sources.map(tell)];
  return table(
    [`${count(sources[0]?.lines ?? 0)} lines within a window`, ...sources.map(nameOf)],
    [
      row("taken for", (it) => count(it.counted)),
      row("off by", (it) => `${it.errorPercent} %`),
      row("incidents", (it) => String(it.told)),
      row("remembered, as JSON", (it) => `${Math.round(it.itemBytes / 1_024)} KB`),
      row("lines a second", (it) => count(it.linesPerSecond)),
      row("memory of the process, with the lines' making", (it) => `${it.peakMb} MB`),
    ],
  );
}

const nameOf = ({ sources }: SourceFigures): string =>
  sources === 1 ? "one source" : `${count(sources)} sources`;
