// The Markdown that the commands write: wrapped prose and tables.

/** Lines that stand alone: rows of tables, headings and blank lines. */
const STANDALONE = /^(\||#|$)/;

/** Wraps the paragraphs of a Markdown text. Tables and headings stay as they are. */
export function wrap(text, width = 100) {
  const lines = [];
  let inParagraph = false;
  for (const line of text.split('\n')) {
    if (STANDALONE.test(line)) {
      lines.push(line);
      inParagraph = false;
      continue;
    }
    for (const word of line.split(' ')) {
      const longer = `${lines.at(-1)} ${word}`;
      if (inParagraph && [...longer].length <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
      inParagraph = true;
    }
  }
  return lines.join('\n');
}

/**
 * A Markdown table.
 *
 * @param {string[]} head
 * @param {(string | number)[][]} rows
 */
export function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map(tableRow).join('\n');
}

function tableRow(cells) {
  return `| ${cells.join(' | ')} |`;
}
