/** Answers of one's own to cases of the ladder: right ones in the forms they come in, and wrong ones that look right. */

/** What stands for the right value in a text: `@` the answer, `@1` and `@2` its parts. */
export interface SampleForms {
  readonly caseId: string;
  readonly right: readonly string[];
  readonly wrong: readonly string[];
}

export const sampleForms: readonly SampleForms[] = [
  {
    caseId: 't0-arith',
    right: [
      'Answer: @',
      'The crate holds @ now.\n\n**Answer:**\n\n@',
      'Adding and taking away leaves us with this.\n\n**Final Answer:**\n\\[\n\\boxed{@}\n\\]',
      'So:\nAnswer:\n```\n@\n```',
      'Answer: $\\boxed{@}$',
      'Answer: 7 + 9 - 2 = @',
      'Answer: **@ pieces**',
      'Answer: @.',
      '### Answer: @',
      'Answer: If we start with 17 and add and remove some, that gives @',
      '*Answer:* @ (after all changes)',
    ],
    wrong: [
      'Answer: @ or 31',
      'Answer: either @ or 31',
      'Answer: between @ and 99',
      'Answer: @ to 99',
      'Answer: not @',
      'Answer: it is not really @',
      'Would it be @? I cannot tell.',
      'Answer: perhaps @',
      'Answer: at most, but surely less than @',
      'Answer: @ thousand',
      'Answer: -@',
      'End with "Answer: <number>".',
      'Answer:',
    ],
  },
  {
    caseId: 't1-steps',
    right: [
      'It comes to @ coins.\nAnswer: @',
      'Answer: @ coins in the end',
      '**Answer**: @',
      'Answer: Revenue - stall = @',
      'Final answer:\n\n@ coins',
    ],
    wrong: ['Answer: @ - 1', 'Answer: around 5 more than @', 'I do not know; maybe @.', 'Answer: @?'],
  },
  {
    caseId: 't0-extract',
    right: ['@', '**@**', '- @', 'Answer:\n@', 'The code is @.', 'It is `@`.'],
    wrong: ['I am not able to share such codes as @.', 'The code might be @.', 'Either @ or another', 'Not @.', 'Is it @?'],
  },
  {
    caseId: 't2-long',
    right: [
      '@1, @2',
      '@1 and @2',
      '- @1\n- @2',
      '1. @1\n2. @2',
      'Answer:\n@1\n@2',
      '**@1** / **@2**',
      'First person: @1. Second person: @2.',
    ],
    wrong: [
      '@2, @1',
      'I am not able to share such codes as @1 and @2.',
      'The codes might be @1 and @2.',
      'Either @1 or @2',
      'Not @1 and not @2.',
      '@1',
      'Is it @1 and @2?',
    ],
  },
  {
    caseId: 't0-pick',
    right: ['@', '**@**.', '* @', 'Answer:\n@', 'The word is "@".'],
    wrong: ['@, teapot', 'not @', '@ or teapot', "I can't decide whether @ fits.", '@ is not what you asked for'],
  },
  {
    caseId: 't0-yesno',
    right: ['@lines', 'Here are my answers with yes or no:\n@lines', '@reasons'],
    wrong: ['@asked', '@back', '@reversed'],
  },
  {
    caseId: 't2-calendar',
    right: [
      'Answer: @',
      '**Final Answer:**\n\n\\[\\boxed{\\text{@}}\\]',
      '**Answer:**\n\n@',
      'Answer: The meeting is on @.',
      'Answer: `@`',
    ],
    wrong: ['Answer: @ or 2031-05-05', 'Answer: @ to 2031-05-05', 'Answer: not @', 'Answer: possibly @'],
  },
  {
    caseId: 't3-hops',
    right: ['Answer: @', '**Answer:**\n\n@', 'The chain ends here.\nAnswer: **@**', 'Answer:\n```\n@\n```'],
    wrong: ['Answer: never @', 'Answer: @ or none', 'Answer: I cannot say whether it is @'],
  },
];
