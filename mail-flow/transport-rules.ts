import type { Headers, Mail, Origin } from "./mail";
import type { Looked } from "./conditions";
import { mayMeet, readyRules } from "./ready-rule";
import { remembered } from "./remembered";
import { allHold } from "./rule-match";
import { throughRules, type AfterRules } from "./rule-states";
import type { TransportRule } from "./snapshot";

/** The rules of a tenant, ready for a kind of message, and then for its recipients. Steps are those of the rules alone. */
export type TransportRules = (
  origin: Origin,
  headers: Headers,
) => (mail: Mail) => AfterRules;

/** For how many recipients the result of the rules is kept, for each kind of message. */
const keptRecipients = 16;

/**
 * Makes the rules of a tenant ready. A table of all recipients asks for few kinds of messages: what the rules make of one is
 * found once for all recipients for whom the same rules are.
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

/** What requirements of the message do not look at. */
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
