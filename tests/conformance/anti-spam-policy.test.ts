import { conforms } from "./suite";
import { antiSpamCustom, antiSpamDefault } from "./subjects";

conforms(antiSpamDefault);
conforms(antiSpamCustom);
