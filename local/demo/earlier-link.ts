/** What was deployed before the demo's link: it lets bunny reach one port more of relay's load balancer. */
import { demoLink, EARLIER_PORT } from "./link.ts";

export default demoLink({ balancerPorts: [443, EARLIER_PORT] });
