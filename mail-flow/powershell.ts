import { steers } from "./visible";

/**
 * Returns a quoted string that PowerShell reads as exactly this text. PowerShell also accepts four other characters as a single quotation
 * mark, and reads two of them as one. Characters that control a terminal or are invisible are given by their numbers, so that the command
 * can be pasted.
 *
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 */
export const quoted = (text: string): string =>
  steers(text)
    ? `"${[...text].map((one) => (steers(one) || /[`$"\u201c-\u201e]/.test(one) ? byNumber(one) : one)).join("")}"`
    : `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;

const byNumber = (character: string): string =>
  `$([char]0x${character.charCodeAt(0).toString(16).padStart(2, "0")})`;
