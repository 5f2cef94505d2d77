// The editor of formulas on CodeMirror: highlighting, completion from the catalogue, faults underlined. Loaded on first use.
import './styles';
import { acceptCompletion, autocompletion, completionKeymap, startCompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { setDiagnostics } from '@codemirror/lint';
import { EditorState, RangeSetBuilder } from '@codemirror/state';
import { Decoration, EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers, placeholder, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { complete, functionAt, tokens, type Names } from './tokens';

export interface Fault {
  begin: number;
  end: number;
  message: string;
}

export interface Made {
  text(): string;
  replace(text: string): void;
  show(faults: Fault[]): void;
  focus(): void;
  destroy(): void;
}

const marks = Object.fromEntries(['number', 'text', 'function', 'field', 'keyword', 'operator', 'bracket', 'fault'].map((kind) => [kind, Decoration.mark({ class: `formula-${kind}` })]));

function painted(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const token of tokens(view.state.doc.toString())) {
    const mark = marks[token.kind];
    if (mark) builder.add(token.begin, token.end, mark);
  }
  return builder.finish();
}

const highlighting = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = painted(view);
    }
    update(update: ViewUpdate): void {
      if (update.docChanged) this.decorations = painted(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export interface Options {
  parent: HTMLElement;
  text: string;
  entity: string;
  names: Names;
  label: string;
  hint: string;
  describedBy: string;
  onchange: (text: string) => void;
  onhelp: (name: string | null) => void;
}

export function make(options: Options): Made {
  const source = (context: CompletionContext): CompletionResult | null => {
    const found = complete(context.state.doc.toString(), context.pos, options.entity, options.names);
    if (!found || (!context.explicit && found.from === context.pos && context.state.sliceDoc(context.pos - 1, context.pos) !== '.')) return null;
    return { from: found.from, options: found.proposals.map((one) => ({ label: one.text, detail: one.detail, info: one.label || undefined, type: one.kind, apply: one.text })), filter: false };
  };
  const help = (view: EditorView): boolean => {
    options.onhelp(functionAt(view.state.doc.toString(), view.state.selection.main.head));
    return true;
  };
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(), history(), drawSelection(), highlightActiveLine(), highlighting, EditorView.lineWrapping, placeholder(options.hint),
        autocompletion({ override: [source], icons: false, maxRenderedOptions: 60 }),
        // Tab takes what is proposed and else leaves the editor, as everywhere on the page.
        keymap.of([{ key: 'Tab', run: acceptCompletion }, { key: 'F1', run: help }, { key: 'Ctrl-Space', run: startCompletion }, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.contentAttributes.of({ 'aria-label': options.label, 'aria-describedby': options.describedBy, spellcheck: 'false', autocapitalize: 'off' }),
        EditorView.updateListener.of((update) => update.docChanged && options.onchange(update.state.doc.toString())),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    show: (faults) => {
      const length = view.state.doc.length;
      view.dispatch(setDiagnostics(view.state, faults.map((fault) => {
        const from = Math.min(fault.begin, Math.max(0, length - 1));
        return { from: Math.max(0, from), to: Math.min(length, Math.max(from + 1, fault.end)), severity: 'error' as const, message: fault.message };
      })));
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
