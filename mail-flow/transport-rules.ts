import type { Way } from "./end";
import type { Headers, Mail } from "./mail";
import type { Step } from "./path";
import { candidatesOf, readyRules, truthsFor } from "./ready-rule";
import { remembered } from "./remembered";
import { throughRules } from "./rule-states";
import type { TransportRule } from "./snapshot";

/** What rules made of a message that goes on. */
export interface Passed {
  readonly scl: number | null;
  readonly steps: readonly Step[];
}

/** What becomes of a message: it ends at a rule, or goes on. Several where nobody can tell whether a rule matches. */
export interface AfterRules {
  readonly ended: readonly Way[];
  readonly passed: readonly Passed[];
}

/** The rules of a tenant, ready for messages. Steps are those of the rules alone. */
export type TransportRules = (mail: Mail, headers: Headers) => AfterRules;

/** For how many recipients the result of the rules is kept, for each kind of message. */
const keptRecipients = 16;

/**
 * Makes the rules of a tenant ready. A table of all recipients asks for few kinds of messages: what the rules make of one is
 * found once for all recipients for whom the same rules are.
 */
export function transportRules(
  rules: readonly TransportRule[],
): TransportRules {
  const ready = readyRules(rules);
  const dates = ready
    .flatMap(({ rule }) => [rule.activationDate, rule.expiryDate])
    .flatMap((date) => (date === undefined ? [] : Date.parse(date)));
  const kindOf = (mail: Mail, headers: Headers) =>
    [
      mail.sender,
      mail.sourceIp,
      String(mail.senderInside),
      String(mail.allowed),
      dates.filter((date) => date <= mail.at).length,
      ...[...headers].flat(),
    ].join("\n");
  const ofKind = remembered(kindOf, (mail: Mail, headers: Headers) => {
    const candidates = candidatesOf(ready, mail, headers);
    return remembered(
      (to: Mail) => truthsFor(candidates, to).join(),
      (to: Mail) => throughRules(candidates, to, headers),
      keptRecipients,
    );
  });
  return (mail, headers) => ofKind(mail, headers)(mail);
}
