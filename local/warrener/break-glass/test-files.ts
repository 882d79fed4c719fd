/** The folder that the acts work in, in memory. */
import type { PrivateFiles } from "./private-files.ts";

export interface MemoryFiles extends PrivateFiles {
  readonly files: Map<string, string>;
}

export function memoryFiles(content: Readonly<Record<string, string>> = {}): MemoryFiles {
  const files = new Map(Object.entries(content));
  return {
    files,
    nameOf: (name) => `folder/${name}`,
    read: async (name) => files.get(name) ?? null,
    write: async (name, text) => void files.set(name, text),
    remove: async (name) => void files.delete(name),
  };
}
