/** How a person has a CSR signed by the link's CA, whoever has made it; the same for both kinds of certificate. */
import { TEMPLATE_OF } from "../../../shared/certificates/authority.ts";
import type { DesiredCertificate } from "../../../shared/certificates/plan.ts";
import { literal, quote, type Step } from "./guide.ts";
import { aws, type Scene } from "./scene.ts";

/** Commands that set CA and ALGORITHM. */
export const findCa = (scene: Scene): string[] => [
  `CA=${caOf(scene)}`,
  `ALGORITHM=$(${aws(scene, "acm-pca describe-certificate-authority")} --certificate-authority-arn "$CA" --query CertificateAuthority.CertificateAuthorityConfiguration.SigningAlgorithm --output text)`,
];

function caOf(scene: Scene): string {
  const { certificateAuthority: ca } = scene.link;
  if ("adopt" in ca) return quote(ca.adopt);
  const wanted = [
    `Status==${literal("ACTIVE")}`,
    `CertificateAuthorityConfiguration.Subject.CommonName==${literal(ca.commonName)}`,
  ].join(" && ");
  const query = quote(`CertificateAuthorities[?${wanted}].Arn`);
  return `$(${aws(scene, "acm-pca list-certificate-authorities")} --query ${query} --output text)`;
}

/** From the CSR in csr.pem to the chain in chain.pem, and the CA's own in ca.pem. */
export function signSteps(scene: Scene, { purpose, lifetimeSeconds }: DesiredCertificate): Step[] {
  const ca = '--certificate-authority-arn "$CA"';
  const certificate = `${ca} --certificate-arn "$ARN"`;
  const text = (part: string) => `--query ${part} --output text`;
  const [chain, root] = ['"$DIR/chain.pem"', '"$DIR/ca.pem"'];
  const get = aws(scene, "acm-pca get-certificate");
  const getCa = aws(scene, "acm-pca get-certificate-authority-certificate");
  return [
    {
      id: "sign",
      text: `Have the CA sign it, for as long as the link says and for TLS ${purpose}s alone. Once: each call signs another one.`,
      commands: [
        `ARN=$(${aws(scene, "acm-pca issue-certificate")} ${ca} --csr "fileb://$DIR/csr.pem" --signing-algorithm "$ALGORITHM" --template-arn ${TEMPLATE_OF[purpose]} --validity "Value=$(($(date +%s) + ${lifetimeSeconds})),Type=ABSOLUTE" ${text("CertificateArn")})`,
        'echo "$ARN"',
        `${aws(scene, "acm-pca wait certificate-issued")} ${certificate}`,
      ],
    },
    {
      id: "fetch",
      text: "Fetch it with its chain, and the CA's own certificate from the CA itself, to hold the one against the other.",
      commands: [
        `${get} ${certificate} ${text("Certificate")} > ${chain}`,
        `${get} ${certificate} ${text("CertificateChain")} >> ${chain}`,
        `${getCa} ${ca} ${text("Certificate")} > ${root}`,
        `${getCa} ${ca} ${text("CertificateChain")} >> ${root}`,
      ],
    },
  ];
}
