/** What stops a CSR from being signed: each kind of extra, in a CSR that is sound otherwise. */
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as asn from "@peculiar/asn1-x509";
import { describe, expect, it } from "vitest";
import {
  attribute,
  buildCsr,
  type CsrParts,
  cn,
  dns,
  extension,
  part,
  requested,
  san,
  text,
} from "../../local/testing/csr-builder.ts";
import { readCsr as readCsrFor } from "./csr.ts";

const readCsr = (bytes: Uint8Array) => readCsrFor(bytes, "client");

describe("readCsr's extras", () => {
  const usage = (flags: number) => extension("2.5.29.15", new asn.KeyUsage(flags));
  const eku = (...ids: string[]) => extension("2.5.29.37", new asn.ExtendedKeyUsage(ids));
  const basic = (cA: boolean, pathLenConstraint?: number) =>
    extension(
      "2.5.29.19",
      new asn.BasicConstraints({ cA, ...(pathLenConstraint === undefined ? {} : { pathLenConstraint }) }),
    );
  const challenge = new asn.Attribute({
    type: "1.2.840.113549.1.9.7",
    values: [AsnConvert.serialize(new OctetString(new Uint8Array(1)))],
  });
  const organization = (name: string) => part(attribute("2.5.4.10", text(name)));

  it.each<[string, CsrParts, string[]]>([
    [
      "a country",
      { subject: [part(cn), part(attribute("2.5.4.6", text("GB")))] },
      ["subject attribute 2.5.4.6"],
    ],
    ["two common names", { subject: [part(cn), part(cn)] }, ["subject attribute 2.5.4.3 more than once"]],
    [
      "two organizations",
      { subject: [part(cn), organization("a"), organization("b")] },
      ["subject attribute 2.5.4.10 more than once"],
    ],
    [
      "a part with two values",
      { subject: [part(cn, attribute("2.5.4.10", text("a")))] },
      ["subject part with several values"],
    ],
    [
      "a common name in BMP text",
      { subject: [part(attribute("2.5.4.3", new asn.AttributeValue({ bmpString: "b" })))] },
      ["subject attribute 2.5.4.3 in an unusual encoding"],
    ],
    [
      "an address",
      { extensions: [san(dns("a"), new asn.GeneralName({ iPAddress: "10.0.0.1" }))] },
      ["subject alternative name of kind iPAddress"],
    ],
    [
      "a mailbox",
      { extensions: [san(new asn.GeneralName({ rfc822Name: "a@b" }))] },
      ["subject alternative name of kind rfc822Name"],
    ],
    [
      "a URI",
      { extensions: [san(new asn.GeneralName({ uniformResourceIdentifier: "spiffe://a" }))] },
      ["subject alternative name of kind uniformResourceIdentifier"],
    ],
    [
      "a directory name",
      { extensions: [san(new asn.GeneralName({ directoryName: new asn.Name([part(cn)]) }))] },
      ["subject alternative name of kind directoryName"],
    ],
    [
      "the signing of certificates",
      { extensions: [usage(asn.KeyUsageFlags.digitalSignature | asn.KeyUsageFlags.keyCertSign)] },
      ["key usage"],
    ],
    [
      "server authentication",
      { extensions: [eku("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1")] },
      ["extended key usage 1.3.6.1.5.5.7.3.1"],
    ],
    ["any purpose", { extensions: [eku("2.5.29.37.0")] }, ["extended key usage 2.5.29.37.0"]],
    ["to be a CA", { extensions: [basic(true)] }, ["basic constraints of a CA"]],
    ["a path length", { extensions: [basic(false, 0)] }, ["basic constraints of a CA"]],
    [
      "an unknown extension",
      { extensions: [extension("1.3.6.1.5.5.7.1.24", new asn.ExtendedKeyUsage(["1.2"]))] },
      ["extension 1.3.6.1.5.5.7.1.24"],
    ],
    ["two SANs", { extensions: [san(dns("a")), san(dns("b"))] }, ["extension 2.5.29.17 more than once"]],
    ["a challenge password", { attributes: [challenge] }, ["attribute 1.2.840.113549.1.9.7"]],
    [
      "an extension request with a second value, in which extensions could hide",
      {
        attributes: [
          new asn.Attribute({
            type: "1.2.840.113549.1.9.14",
            values: [...requested([]).values, ...requested([san(dns("a"))]).values],
          }),
        ],
      },
      ["attribute 1.2.840.113549.1.9.14"],
    ],
    ["another version", { version: 1 }, ["version other than 1"]],
  ])("name %s", (_, parts, extras) => {
    expect(readCsr(buildCsr(parts))).toMatchObject({ extras, signatureValid: true });
  });

  it("gather the names of two SANs and of two extension requests, so that none can hide", () => {
    const attributes = [requested([san(dns("a"))]), requested([san(dns("b"))])];
    expect(readCsr(buildCsr({ attributes }))).toMatchObject({
      identity: { dnsNames: ["a", "b"] },
      extras: ["extension 2.5.29.17 more than once"],
    });
  });

  it("are none for every allowed extension at once", () => {
    const { digitalSignature, keyEncipherment } = asn.KeyUsageFlags;
    const extensions = [
      san(dns("a")),
      usage(digitalSignature | keyEncipherment),
      eku("1.3.6.1.5.5.7.3.2"),
      basic(false),
    ];
    expect(readCsr(buildCsr({ extensions })).extras).toEqual([]);
  });

  it("name each kind once, and carry nothing that the CSR's author wrote", () => {
    const names = ["a@b", "secret@c"].map((rfc822Name) => new asn.GeneralName({ rfc822Name }));
    expect(readCsr(buildCsr({ extensions: [san(...names)] })).extras).toEqual([
      "subject alternative name of kind rfc822Name",
    ]);
  });
});
