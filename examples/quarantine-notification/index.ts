import { QuarantineNotification } from "pulumi-area1-m365";

// One setting for the whole tenant. Destroy restores the frequency that was there before.
const notification = new QuarantineNotification("notification", {
  endUserSpamNotificationFrequency: "1.00:00:00",
});

export const before = notification.previous;
