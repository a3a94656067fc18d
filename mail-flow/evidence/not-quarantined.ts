import { grouped } from "../grouped";
import { domainOf } from "../mail";
import { whys, type Account } from "./account";

/**
 * A message that is missing in the quarantine proves nothing: recipients and administrators delete. Where not one of so many
 * messages to so many recipients is there, deletion is no explanation any more.
 */
const enough = { messages: 5, recipients: 3 };

/** Says of the messages of a rule to a domain that they were not quarantined, where none of enough of them is there. */
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
    // Even one that was released, or that is there for somebody else, shows that the rule's wish is granted.
    !group.some(({ entry, why }) => entry ?? why === whys.elsewhere)
  );
}
