/** Reads a mounted file. "No file" is told from "cannot be read"; no error of the file system goes any further. */
import { readFile } from "node:fs/promises";

export type FileReason = "no-file" | "unreadable-file";

export type MountedText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "unusable"; readonly reason: FileReason };

export async function readMountedText(path: string): Promise<MountedText> {
  try {
    return { kind: "text", text: await readFile(path, "utf8") };
  } catch (error) {
    const absent = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { kind: "unusable", reason: absent ? "no-file" : "unreadable-file" };
  }
}
