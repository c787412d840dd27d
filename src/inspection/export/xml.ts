/** Text inside of XML, where it can be neither markup nor the end of an attribute. */

const signs: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML allows none, not even escaped
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

export function escaped(text: string): string {
  return text.replaceAll(forbidden, '').replaceAll(/[&<>"']/g, (sign) => signs[sign] ?? sign);
}
