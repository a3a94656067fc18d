import { conforms } from "./suite";
import { quarantinePolicy } from "./subjects";

conforms(quarantinePolicy);
