/** The demo's link of certificates alone: what bunny is given besides them somebody would have to make first. */
import { demoLink } from "../demo/link.ts";

const { trust: _, vpn: __, authFailures: ___, ...link } = demoLink({});

export default { ...link, bunnies: link.bunnies.map(({ apiKeys: _keys, ...bunny }) => bunny) };
