export { egressIpRanges } from "../mail-flow/egress";
