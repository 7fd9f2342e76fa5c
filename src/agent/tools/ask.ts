// Puts a question to the architect.
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { defineTool } from './tool.js';

/** What a person can be asked to answer before the next run, and what fits the marks that carry the questions there. */
const MAX_OPEN_QUESTIONS = 30;

export const ask = defineTool({
  name: 'ask',
  description:
    'Asks the architect about something the spec leaves unclear. The question is published with the report; no answer comes within this run. ' +
    'A blocking question leaves its requirement open: go on with the others.',
  input: z.object({
    question: z.string().min(1).max(2_000),
    requirement: z.string().optional().describe('The requirement it concerns.'),
    blocking: z.boolean().describe('Whether the requirement cannot be implemented without an answer.'),
  }),
  run: ({ question, requirement, blocking }, { notebook }) => {
    if (requirement !== undefined && notebook.unknownIds([requirement]).length > 0)
      throw new ToolError(`The spec has no requirement ${requirement}. It has: ${notebook.requirementIds.join(', ')}.`);
    if (notebook.questions.length >= MAX_OPEN_QUESTIONS)
      throw new ToolError(`${MAX_OPEN_QUESTIONS} questions are open already. Go on with what they leave.`);
    const { number } = notebook.ask(question, requirement, blocking);
    return `Question ${number} is recorded.${blocking ? ' Leave what depends on it open and go on with the rest.' : ' Go on.'}`;
  },
});
