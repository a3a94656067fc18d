import type { Headers, Mail, Origin } from "./mail";
import type { Looked } from "./conditions";
import { mayMeet, readyRules } from "./ready-rule";
import { remembered } from "./remembered";
import { allHold } from "./rule-match";
import { throughRules, type AfterRules } from "./rule-states";
import type { TransportRule } from "./snapshot";

/** Applies the rules of a tenant, first for a kind of message, then for its recipients. Steps are only those of the rules. */
export type TransportRules = (
  origin: Origin,
  headers: Headers,
) => (mail: Mail) => AfterRules;

/** The number of recipients for which results are kept, for each kind of message. */
const keptRecipients = 16;

/**
 * Prepares the rules of a tenant. A table of all recipients has few kinds of messages, so each result is computed once for all recipients
 * to whom the same rules apply.
 */
export function transportRules(
  rules: readonly TransportRule[],
): TransportRules {
  const all = readyRules(rules);
  const dates = all
    .flatMap(({ ready: { rule } }) => [rule.activationDate, rule.expiryDate])
    .flatMap((date) => (date === undefined ? [] : Date.parse(date)));
  const originOf = ({ sender, sourceIp, senderInside, at }: Origin) => {
    const passed = dates.filter((date) => date <= at).length;
    return `${sender}\n${sourceIp}\n${senderInside} ${passed}`;
  };
  const fromOrigin = remembered(originOf, (origin) =>
    mayMeet(all, "ofOrigin", lookedAt({ ...origin, ...nobody })),
  );
  return remembered(
    (origin, headers) => `${originOf(origin)}\n${[...headers].join("\n")}`,
    (origin, headers) => {
      const looked = lookedAt({ ...origin, ...nobody }, headers);
      const candidates = mayMeet(fromOrigin(origin), "ofHeaders", looked);
      const choosy = candidates.filter(
        ({ ready }) => ready.ofRecipient.length > 0,
      );
      return remembered(
        (mail: Mail) => {
          const looked = lookedAt(mail);
          const truths = choosy.map(({ ready }) =>
            allHold(true, ready.ofRecipient, looked),
          );
          return `${mail.allowed} ${truths.join()}`;
        },
        (mail: Mail) =>
          throughRules(
            mayMeet(candidates, "ofRecipient", lookedAt(mail)),
            mail,
            headers,
          ),
        keptRecipients,
      );
    },
  );
}

/** Placeholders for values that requirements on the message do not test. */
const nobody = {
  recipient: "",
  recipientDomain: "",
  groups: [],
  allowed: undefined,
};

const lookedAt = (mail: Mail, headers: Headers = new Map()): Looked => ({
  mail,
  headers,
  scl: null,
});
