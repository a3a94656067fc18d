import { conforms } from "./suite";
import { quarantineNotification } from "./subjects";

conforms(quarantineNotification);
