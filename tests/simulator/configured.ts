import type { Message } from "../../simulator/mail/message";
import { simulated } from "./simulated";
import { followTutorial, recipient, type Variation } from "./tutorial";

/** A simulator with use case 4, and where mail to the tutorial's recipient ends. */
export async function configured(
  variation?: Variation,
  options?: Parameters<typeof simulated>[0],
) {
  const { simulator, request } = await simulated(options);
  followTutorial(simulator, variation);
  const { mail, tenant, account, quirks } = simulator;
  const where = (message: Omit<Message, "recipient"> = {}) =>
    mail.where({ recipient, ...message });
  const outcome = (message?: Omit<Message, "recipient">) =>
    where(message).outcome;
  return { simulator, request, mail, tenant, account, quirks, where, outcome };
}
