// The editor's own styles under the page's policy. It would write them into a <style> element, which the policy of the
// server refuses (style-src 'self'): they go into a constructed sheet instead, which needs no permission.
import { StyleModule } from 'style-mod';

const sheet = new CSSStyleSheet();
const mounted: StyleModule[] = [];

StyleModule.mount = (root, given) => {
  const document = root instanceof Document ? root : (root as ShadowRoot).ownerDocument;
  const modules = Array.isArray(given) ? (given as StyleModule[]) : [given as StyleModule];
  const fresh = modules.filter((module) => !mounted.includes(module));
  if (fresh.length > 0) {
    // What is given first stands first: the base before what refines it.
    mounted.push(...fresh);
    // In a layer, so that the page's own rules for the editor stand above them as they would above an earlier sheet.
    sheet.replaceSync(`@layer editor {\n${mounted.map((module) => module.getRules()).join('\n')}\n}`);
  }
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};
