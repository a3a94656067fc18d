import type { Finding } from "../../lib/mail-flow/finding";

/** A finding as `--json` prints it: these keys and no other. */
export const findingJson = ({
  check,
  status,
  object,
  property,
  reason,
  fix,
  url,
}: Finding): Omit<Finding, "value"> => ({
  check,
  status,
  object,
  property,
  reason,
  fix,
  url,
});
