/**
 * A package registry on the loopback interface that knows the packages installed in this checkout and
 * nothing else. SST asks a registry which package provides each Pulumi provider; asked here, it needs
 * no network, and it can only learn the versions that package-lock.json fixed.
 */
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";

export interface InstalledPackages extends AsyncDisposable {
  readonly url: string;
}

/** Serves `GET /<package>/<version>` with the manifest of that package, or 404 when it is not installed. */
export async function serveInstalledPackages(root: string): Promise<InstalledPackages> {
  const server = http.createServer((request, response) => {
    const respond = (status: number, body: string) => response.writeHead(status).end(body);
    findManifest(root, request.url ?? "").then(
      (manifest) => (manifest === undefined ? respond(404, "") : respond(200, JSON.stringify(manifest))),
      (error: unknown) => respond(500, String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the package server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

async function findManifest(root: string, url: string): Promise<object | undefined> {
  const [, name, version] = /^\/((?:@[\w.-]+\/)?[\w.-]+)\/([\w.-]+)$/.exec(decodeURIComponent(url)) ?? [];
  if (name === undefined || version === undefined) return undefined;
  const manifest = await readManifest(root, name);
  return manifest?.version === version ? manifest : undefined;
}

/** The manifest of an installed package; undefined when the package is not installed. */
export async function readManifest(root: string, name: string): Promise<{ version: string } | undefined> {
  try {
    return JSON.parse(await readFile(path.join(root, "node_modules", name, "package.json"), "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
