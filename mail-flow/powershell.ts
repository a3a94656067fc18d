/**
 * A text that PowerShell takes as it is, whatever is in it. It takes four characters besides `'` for a quotation mark, and two of them for
 * one; control characters are left out, as none stands in a name.
 *
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 */
export const quoted = (text: string): string =>
  `'${text
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f]+/g, "")
    .replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;
