import { conforms } from "./suite";
import { transportRule } from "./subjects";

conforms(transportRule);
