// A record that looks like another one, and what they have in common, as the server says it.
export interface LookAlike {
  id: string;
  title: string;
  likeness: 'same' | 'strong' | 'weak' | 'related';
  reasons: { field: string; code: string; message: string }[];
}

export interface LookAlikeAnswer {
  data: LookAlike[];
  count: number;
}

// A branch is no double of its company, and half the companies of a town share a word.
export const isDouble = ({ likeness }: LookAlike): boolean => likeness === 'same' || likeness === 'strong';
