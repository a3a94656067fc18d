import { reasonOf, sentence } from "../errors";
import type { Operation } from "../session/session";
import type { Verification } from "./client";

/** Reads the TXT record that a pending domain requires. It is only information: if this fails, the user is warned. */
export async function verificationOf(
  operation: Operation,
  domain: string,
  id: string,
): Promise<Verification | undefined> {
  const { cloudflare, account, patience } = operation;
  let reason = "It answers that the domain waits for none.";
  try {
    const record = await cloudflare.verification(account, id, patience);
    if (record) return record;
  } catch (error) {
    reason = sentence(reasonOf(error));
  }
  operation.warn(
    `domain "${domain}" waits to be proven yours, but Cloudflare does not tell the TXT record: ${reason} See its dashboard`,
  );
  return undefined;
}
