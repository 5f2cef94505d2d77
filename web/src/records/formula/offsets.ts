// Places in a formula: the server counts bytes of UTF-8, the editor counts UTF-16 units.
export function unitOf(text: string, byte: number): number {
  let bytes = 0;
  let units = 0;
  for (const sign of text) {
    if (bytes >= byte) break;
    const code = sign.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units += sign.length;
  }
  return units;
}
