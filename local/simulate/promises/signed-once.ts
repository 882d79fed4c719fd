/** Of promise 1 and 7: one CSR has one certificate at most; nobody would know of a second one. */
import type { ProductPromise } from "./promise.ts";

export const signedOnce: ProductPromise = {
  name: "1: no request is signed twice",
  watch: ({ authority }) => ({
    after: ({ name }) => {
      if (name !== "authority.issue") return null;
      const digests = authority.issues.map(({ csrDigest }) => csrDigest);
      const again = digests.find((digest, index) => digests.indexOf(digest) !== index);
      return again === undefined ? null : "two certificates were signed for one request";
    },
  }),
};
