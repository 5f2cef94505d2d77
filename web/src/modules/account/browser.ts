// What a browser calls itself, in the words of the person who uses it: "Chrome 156, Windows".

const browsers: [RegExp, string][] = [
  // The order matters: nearly all of them also name Chrome or Safari.
  [/\bEdg(?:e|A|iOS)?\/(\d+)/, 'Edge'],
  [/\b(?:OPR|Opera)\/(\d+)/, 'Opera'],
  [/\bSamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/\bcoc_coc_browser\/(\d+)/, 'Cốc Cốc'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[.\d]* (?:Mobile\/\w+ )?Safari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

// What is not known is shown as it was sent: a program's own name says more than a guess.
export function browserName(agent: string): string {
  for (const [pattern, name] of browsers) {
    const found = pattern.exec(agent);
    if (!found) continue;
    const system = systems.find(([sign]) => sign.test(agent))?.[1];
    return [`${name} ${found[1]}`, system].filter(Boolean).join(', ');
  }
  return agent;
}
