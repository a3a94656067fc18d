import { QuarantinePolicy } from "pulumi-area1-m365";

// Recipients see their messages and ask for them; senders that they block stay out of the notifications.
const finance = new QuarantinePolicy("finance", {
  name: "Finance",
  endUserQuarantinePermissions: ["RequestRelease", "Preview", "BlockSender"],
  esnEnabled: true,
  includeMessagesFromBlockedSenderAddress: false,
});

export const policy = finance.name;
