// What goes with a field of the company's own, and whether a person has agreed to it.
export interface FieldLoss {
  // The step's name, which agreeing takes.
  agree: string;
  values: number;
  in_bin: number;
  // Stage requirements that name it bar the step; saved views that do will no longer open.
  requirements: number;
  views: number;
  // The address of its values as a file.
  export: string;
}

// The spaces and capitals of a keyboard do not matter; the words do.
export const agreed = (typed: string, { agree }: FieldLoss): boolean => typed.trim().replace(/\s+/g, ' ').toLowerCase() === agree.toLowerCase();
