// Asks before what cannot be undone; the title is the question with the number, the button is the verb.
export interface Question {
  title: string;
  detail?: string;
  confirm: string;
  keep: string;
  run: () => void | Promise<void>;
}

class Confirmation {
  question = $state.raw<Question | null>(null);
  ask(question: Question): void {
    this.question = question;
  }
}

export const confirmation = new Confirmation();
