import { grouped } from "../grouped";
import { domainOf } from "../mail";
import { whys, type Account } from "./account";

/**
 * The smallest numbers of messages and recipients for a conclusion. One message that is missing from quarantine proves nothing, because
 * recipients and administrators delete messages. If so many messages to so many recipients are all missing, deletion is not a plausible
 * explanation.
 */
const enough = { messages: 5, recipients: 3 };

/** Returns the accounts, with `agrees: "no"` for the messages of a rule to a domain if there are enough of them and none is in quarantine. */
export function notQuarantined(accounts: readonly Account[]): Account[] {
  const missing = new Set(
    grouped(accounts, groupOf)
      .filter(({ members }) => isMissing(members))
      .map(({ key }) => key),
  );
  return accounts.map((one) =>
    one.why === whys.deleted && missing.has(groupOf(one))
      ? { ...one, agrees: "no", why: "" }
      : one,
  );
}

const groupOf = ({ rule, match }: Account): string =>
  `${rule.rule.name}\n${domainOf(match.recipient)}`;

function isMissing(group: readonly Account[]): boolean {
  const absent = group.filter(({ why }) => why === whys.deleted);
  const recipients = new Set(
    absent.map(({ match }) => match.recipient.toLowerCase()),
  );
  return (
    absent.length >= enough.messages &&
    recipients.size >= enough.recipients &&
    // A released message, or one for another recipient, also shows that Microsoft follows the rule's request.
    !group.some(({ entry, why }) => entry ?? why === whys.elsewhere)
  );
}
