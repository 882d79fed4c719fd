/** How a person gives a tunnel's two ends one pre-shared key, with nothing of Warrener running. */
import type { Link } from "../../../shared/link/schema.ts";
import type { LinkConnection, LinkTunnel, LinkVpn } from "../../../shared/link/vpn.ts";
import { tunnelSecretName } from "../../../shared/runtime/deployed-names.ts";
import { type Guide, quote, type Step } from "./guide.ts";
import { begin, callFor, named, type Scene } from "./scene.ts";

/** The same as Warrener's own (shared/runtime/arm.ts). */
const API_VERSION = "2024-05-01";
const ARM = "https://management.azure.com";

/** The address is for the shell to fill in. */
const arm = (method: string, url: string): string =>
  `az rest --method ${method} --url "${url}?api-version=${API_VERSION}"`;

export interface PlacedTunnel {
  readonly vpn: LinkVpn;
  readonly connection: LinkConnection;
  readonly tunnel: LinkTunnel;
}

export const placedTunnels = ({ vpn }: Link): PlacedTunnel[] =>
  vpn === undefined
    ? []
    : vpn.connections.flatMap((connection) =>
        connection.tunnels.map((tunnel) => ({ vpn, connection, tunnel })),
      );

export function tunnelGuide(scene: Scene, placed: PlacedTunnel): Guide {
  const { link, stage } = scene;
  // Warrener keeps the keys of this link's tunnels, and the link lets somebody read them.
  const stored = placed.vpn.preSharedKeys?.readers !== undefined;
  const { name } = placed.tunnel;
  return {
    title: `The pre-shared key of ${name}, set by hand: the link ${link.name}, stage ${stage}.`,
    steps: [
      where(scene, placed),
      lookAtOthers(scene, placed.vpn),
      ...(stored ? [useStored(scene, name)] : []),
      makeKey(scene, name, stored),
      setAzure,
      readBack,
      setAws(scene),
      seeItUp(scene),
      end,
    ],
  };
}

function where(scene: Scene, placed: PlacedTunnel): Step {
  const { vpn, tunnel } = placed;
  const { subscription, resourceGroup } = vpn.azure;
  const group = quote(`/resourceGroups/${resourceGroup}/providers/Microsoft.Network`);
  const azureName = "adopt" in tunnel.azure ? tunnel.azure.adopt : named(scene, tunnel.name);
  return {
    id: "where",
    text: "Say who you are, and find the tunnel's two ends. Each command shows one thing, and no key.",
    commands: [
      ...begin(scene, tunnel.name),
      ...(subscription === undefined ? [] : [`SUBSCRIPTION=${subscription}`]),
      `AZURE=${ARM}/subscriptions/$SUBSCRIPTION${group}/connections/${azureName}`,
      `CONNECTION=${connectionId(scene, placed.connection)}`,
      ...outsideIp(tunnel),
      'echo "$AZURE" "$CONNECTION" "$OUTSIDE"',
    ],
  };
}

function connectionId(scene: Scene, { name, aws: declared }: LinkConnection): string {
  if ("adopt" in declared) return declared.adopt;
  return `$(${describe(scene)} ${createdAs(scene, name)} --query 'VpnConnections[].VpnConnectionId' --output text)`;
}

const createdAs = (scene: Scene, connection: string): string =>
  `--filters Name=tag:Name,Values=${named(scene, connection)} Name=state,Values=available`;

/** What joins the two ends: the address that Azure's local network gateway stands for. */
function outsideIp({ outsideIp: declared }: LinkTunnel): string[] {
  if (declared !== undefined) return [`OUTSIDE=${declared}`];
  return [
    `GATEWAY=$(${arm("get", "$AZURE")} --query properties.localNetworkGateway2.id --output tsv)`,
    `OUTSIDE=$(${arm("get", `${ARM}$GATEWAY`)} --query properties.gatewayIpAddress --output tsv)`,
  ];
}

const lookAtOthers = (scene: Scene, { connections }: LinkVpn): Step => ({
  id: "others",
  text: "Look at the link's tunnels, connection by connection; this one is at the address in OUTSIDE, and an address of none of the tunnels that are named does not count. This one will be down for minutes: go on only while another one is UP, or this one is DOWN already, or the whole link may be down. Never two tunnels at once: wait until one that somebody else works at is UP again.",
  commands: connections.flatMap((connection) => [
    `echo ${quote(`${connection.name}: ${connection.tunnels.map(sayTunnel).join(", ")}`)}`,
    `${describe(scene)} ${which(scene, connection)} --query 'VpnConnections[].VgwTelemetry[].[OutsideIpAddress, Status, StatusMessage]' --output text`,
  ]),
});

const sayTunnel = ({ name, outsideIp }: LinkTunnel): string =>
  outsideIp === undefined ? name : `${name} ${outsideIp}`;

const which = (scene: Scene, { name, aws: declared }: LinkConnection): string =>
  "adopt" in declared ? `--vpn-connection-ids ${declared.adopt}` : createdAs(scene, name);

const secretId = (scene: Scene, tunnel: string): string => named(scene, tunnelSecretName(tunnel));

const useStored = (scene: Scene, tunnel: string): Step => ({
  id: "use-stored",
  text: "To restore the key that both ends should have, fetch the stored one, and leave the next step out. AccessDeniedException says that you are none of the link's vpn.preSharedKeys.readers: then leave this step out.",
  commands: [
    `aws secretsmanager get-secret-value --region ${scene.link.aws.region} --secret-id ${secretId(scene, tunnel)} --version-stage AWSCURRENT --query SecretString --output text > "$DIR/stored.json"`,
    callFor(scene, tunnel, "use-stored"),
  ],
});

const makeKey = (scene: Scene, tunnel: string, stored: boolean): Step => ({
  id: "make-key",
  text: stored
    ? "Or make a new key. Once Warrener works again, it takes what both ends have, and soon replaces it by one of its own."
    : "Make a new key.",
  commands: [callFor(scene, tunnel, "make-key")],
});

const setAzure: Step = {
  id: "azure",
  text: "Give it to Azure's end first. AnotherOperationInProgress says that its gateway is at work: wait, and again.",
  commands: [`${arm("put", "$AZURE/sharedkey")} --body "@$DIR/azure.json" --output none`],
};

const readBack: Step = {
  id: "read-back",
  text: "Wait until Azure says that it has it: it may take the call and not the key. If it has not after 10 minutes, stop this with Ctrl-C, and do the step before again; do not go on.",
  commands: [
    `until ${arm("get", "$AZURE/sharedkey")} --query value --output tsv | cmp -s - "$DIR/key"; do sleep 10; done && echo 'Azure has the key.'`,
  ],
};

const setAws = (scene: Scene): Step => ({
  id: "aws",
  text: "Give it to AWS's end, which is replaced: the tunnel is down for minutes. InvalidVpnConnection.InvalidState, or IncorrectState, says that AWS is at work at this connection: wait, and again.",
  commands: [
    `aws ec2 modify-vpn-tunnel-options --region ${scene.link.aws.region} --vpn-connection-id "$CONNECTION" --vpn-tunnel-outside-ip-address "$OUTSIDE" --tunnel-options "file://$DIR/aws.json" --query VpnConnection.State --output text`,
  ],
});

const seeItUp = (scene: Scene): Step => ({
  id: "up",
  text: "Wait until AWS says available and UP, and Azure Connected: up to 20 minutes. If it does not come up, have Azure begin it anew: the last command, and only then.",
  commands: [
    `${describe(scene)} --vpn-connection-ids "$CONNECTION" --query 'VpnConnections[0].State' --output text`,
    `${describe(scene)} --vpn-connection-ids "$CONNECTION" --query "VpnConnections[0].VgwTelemetry[?OutsideIpAddress=='$OUTSIDE'].Status" --output text`,
    `${arm("get", "$AZURE")} --query properties.connectionStatus --output tsv`,
    `# ${arm("post", "$AZURE/resetconnection")} --output none`,
  ],
});

const end: Step = {
  id: "end",
  text: "Remove the key from your machine. Once Warrener works again, it finds both ends with one key, and goes on from there.",
  commands: ['rm -r "$DIR"'],
};

const describe = ({ link }: Scene): string => `aws ec2 describe-vpn-connections --region ${link.aws.region}`;
